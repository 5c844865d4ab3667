import { SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { openDatabase } from '../../../shared/dynamodb/database.ts';
import { eventHandler } from '../../../shared/lambda/event-handler.ts';
import { handleEachMessage } from '../../../shared/lambda/message-batch.ts';
import { createEndpointStore } from '../endpoints/endpoint-store.ts';
import { deliver } from './deliver.ts';
import { DeliveryMessage } from './delivery.ts';
import { createDeliveryQueue, type DeliveryQueue } from './delivery-queue.ts';
import { createDeliveryStore } from './delivery-store.ts';
import { ParsedDeliverEnv } from './env.ts';
import { createWebhookClient } from '../endpoints/webhook-client.ts';

const Record = z.object({
  messageId: z.string(),
  receiptHandle: z.string(),
  body: z.string(),
  /** When the message was sent to the queue. A redrive sets it again, so that the maximum age counts from the redrive. */
  attributes: z.object({ SentTimestamp: z.coerce.number().int() }),
});
const Batch = z.object({ Records: z.array(Record) });
type Message = z.infer<typeof Record>;

/** Delivers the messages of a batch in parallel, and sets the visibility timeout of those that are retried. */
export const deliverBatch = (
  deliverOne: ReturnType<typeof deliver>,
  queue: Pick<DeliveryQueue, 'setVisibilityTimeout'>,
) =>
  handleEachMessage(
    ({ body, attributes }: Message) =>
      deliverOne({ ...DeliveryMessage.parse(JSON.parse(body)), startedAt: attributes.SentTimestamp }),
    queue.setVisibilityTimeout,
  );

const env = ParsedDeliverEnv.parse(process.env);
const { timeoutSeconds } = env.RETRYING;
const database = openDatabase();
const deliverOne = deliver({
  deliveries: createDeliveryStore(database, env),
  endpoints: createEndpointStore(database, env),
  post: createWebhookClient({ isLoopbackAllowed: env.STOREWORKS_WEBHOOK_LOOPBACK === 'allowed', timeoutSeconds }),
  policy: env.RETRYING,
  channels: env.CHANNELS,
  now: Date.now,
  random: Math.random,
});
const deliverAll = deliverBatch(deliverOne, createDeliveryQueue(new SQSClient(), env.DELIVERY_QUEUE_URL));
export const handler = eventHandler(Batch, ({ Records }, logger) => deliverAll(Records, logger));
