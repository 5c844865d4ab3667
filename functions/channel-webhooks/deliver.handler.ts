import { SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { openDatabase } from '../../shared/database.ts';
import { eventHandler } from '../../shared/lambda/event-handler.ts';
import { settlingEach } from '../../shared/lambda/message-batch.ts';
import { deliver } from './deliver.ts';
import { DeliveryMessage } from './delivery.ts';
import { createDeliveryQueue, type DeliveryQueue } from './delivery-queue.ts';
import { ParsedDeliverEnv } from './env.ts';
import { createPost } from './post.ts';
import { createWebhookStore } from './store.ts';

const Batch = z.object({
  Records: z.array(z.object({ messageId: z.string(), receiptHandle: z.string(), body: z.string() })),
});
type Message = z.infer<typeof Batch>['Records'][number];

/** Delivers a batch at once, so that a slow endpoint delays nobody. What is to come again is hidden until then. */
export const deliverBatch = (deliverOne: ReturnType<typeof deliver>, queue: Pick<DeliveryQueue, 'hide'>) =>
  settlingEach(({ body }: Message) => deliverOne(DeliveryMessage.parse(JSON.parse(body))), queue.hide);

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
