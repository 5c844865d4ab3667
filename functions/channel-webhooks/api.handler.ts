import { SQSClient } from '@aws-sdk/client-sqs';
import { createCursors } from '../../shared/dynamodb/cursor.ts';
import { openDatabase } from '../../shared/dynamodb/database.ts';
import { httpHandler } from '../../shared/lambda/http-handler.ts';
import { secretReader } from '../../shared/secret-store.ts';
import { deliveryHandlers } from './deliveries/delivery-api.ts';
import { createDeliveryQueue } from './deliveries/delivery-queue.ts';
import { createDeliveryStore } from './deliveries/delivery-store.ts';
import { createChallengeClient } from './endpoints/challenge-client.ts';
import { endpointHandlers } from './endpoints/endpoint-api.ts';
import { createEndpointStore } from './endpoints/endpoint-store.ts';
import { createWebhookClient } from './endpoints/webhook-client.ts';
import { ParsedApiEnv } from './env.ts';

const env = ParsedApiEnv.parse(process.env, { jitless: true });
const database = openDatabase();
const endpoints = createEndpointStore(database, env);
const deliveries = createDeliveryStore(database, env);
const cursors = createCursors(secretReader(env.CURSOR_SECRET_ARN));
const challenged = env.WEBHOOK_CHALLENGED;
const queue = createDeliveryQueue(new SQSClient(), env.DELIVERY_QUEUE_URL);
const isLoopbackAllowed = env.STOREWORKS_WEBHOOK_LOOPBACK === 'allowed';
const challenge = createChallengeClient(createWebhookClient({ isLoopbackAllowed, timeoutSeconds: 8 }), Date.now);

export const handler = httpHandler(
  ...endpointHandlers({ store: endpoints, challenge, channels: env.CHANNELS, isLoopbackAllowed, challenged }),
  ...deliveryHandlers({ endpoints, deliveries, channels: env.CHANNELS, queue, cursors }),
);
