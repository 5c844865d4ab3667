import { SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { openDatabase } from '../../shared/dynamodb/database.ts';
import { eventHandler } from '../../shared/lambda/event-handler.ts';
import { settlingEach } from '../../shared/lambda/message-batch.ts';
import { deliver } from './deliver.ts';
import { DeliveryMessage } from './delivery.ts';
import { createDeliveryQueue, type DeliveryQueue } from './delivery-queue.ts';
import { ParsedDeliverEnv } from './env.ts';
import { createPost } from './post.ts';
import { createWebhookStore } from './store.ts';

const Record = z.object({
  messageId: z.string(),
  receiptHandle: z.string(),
  body: z.string(),
  /** When the message was queued, or redriven: then its time begins anew. */
  attributes: z.object({ SentTimestamp: z.coerce.number().int() }),
});
const Batch = z.object({ Records: z.array(Record) });
type Message = z.infer<typeof Record>;

/** Delivers a batch at once, so that a slow endpoint delays nobody. What is to come again is hidden until then. */
export const deliverBatch = (deliverOne: ReturnType<typeof deliver>, queue: Pick<DeliveryQueue, 'hide'>) =>
  settlingEach(
    ({ body, attributes }: Message) =>
      deliverOne({ ...DeliveryMessage.parse(JSON.parse(body)), startedAt: attributes.SentTimestamp }),
    queue.hide,
  );

const env = ParsedDeliverEnv.parse(process.env);
const { timeoutSeconds } = env.RETRYING;
const deliverOne = deliver({
  store: createWebhookStore(openDatabase(), env),
  post: createPost({ isLoopbackAllowed: env.STOREWORKS_WEBHOOK_LOOPBACK === 'allowed', timeoutSeconds }),
  retrying: env.RETRYING,
  now: Date.now,
  random: Math.random,
});
const deliverAll = deliverBatch(deliverOne, createDeliveryQueue(new SQSClient(), env.DELIVERY_QUEUE_URL));
export const handler = eventHandler(Batch, ({ Records }, logger) => deliverAll(Records, logger));
