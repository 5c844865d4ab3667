import { SQSClient } from '@aws-sdk/client-sqs';
import { openDatabase } from '../../shared/dynamodb/database.ts';
import { httpHandler } from '../../shared/lambda/http-handler.ts';
import { createDeliveryQueue } from './delivery-queue.ts';
import { deliveryHandlers } from './delivery-api.ts';
import { endpointHandlers } from './endpoint-api.ts';
import { ParsedApiEnv } from './env.ts';
import { createWebhookStore } from './store.ts';

const env = ParsedApiEnv.parse(process.env, { jitless: true });
const store = createWebhookStore(openDatabase(), env);
const isLoopbackAllowed = env.STOREWORKS_WEBHOOK_LOOPBACK === 'allowed';
const queue = createDeliveryQueue(new SQSClient(), env.DELIVERY_QUEUE_URL);

export const handler = httpHandler(
  ...endpointHandlers({ store, channels: env.CHANNELS, isLoopbackAllowed }),
  ...deliveryHandlers({ store, channels: env.CHANNELS, queue }),
);
