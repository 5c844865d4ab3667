import { SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { WebhookChangeRequested, WebhookRedirected } from '../../../shared/contracts/webhooks/events.ts';
import { openDatabase } from '../../../shared/dynamodb/database.ts';
import { eventHandler } from '../../../shared/lambda/event-handler.ts';
import { handleEachMessage, setVisibilityTimeout } from '../../../shared/lambda/message-batch.ts';
import { createEndpointStore } from '../endpoints/endpoint-store.ts';
import { createWebhookClient } from '../endpoints/webhook-client.ts';
import { NoticeEnv } from './env.ts';
import { sendNotice } from './notice.ts';

const Record = z.object({ messageId: z.string(), receiptHandle: z.string(), body: z.string() });
const Batch = z.object({ Records: z.array(Record) });
const Notice = z.union([WebhookChangeRequested.envelope, WebhookRedirected.envelope]);

const env = NoticeEnv.parse(process.env);
const send = sendNotice({
  endpoints: createEndpointStore(openDatabase(), env),
  post: createWebhookClient({
    isLoopbackAllowed: env.STOREWORKS_WEBHOOK_LOOPBACK === 'allowed',
    timeoutSeconds: 10,
  }),
  now: Date.now,
});
const sendEach = handleEachMessage(
  ({ body }: z.infer<typeof Record>) => send(Notice.parse(JSON.parse(body))),
  setVisibilityTimeout(new SQSClient(), env.NOTICE_QUEUE_URL),
);
export const handler = eventHandler(Batch, ({ Records }, logger) => sendEach(Records, logger));
