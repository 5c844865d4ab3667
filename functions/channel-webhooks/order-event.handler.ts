import { SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { openDatabase } from '../../shared/dynamodb/database.ts';
import { queueHandler } from '../../shared/lambda/queue-handler.ts';
import { wants } from './decide.ts';
import { createDeliveryQueue, type DeliveryQueue } from './delivery-queue.ts';
import { FanOutEnv } from './env.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { createWebhookStore, type WebhookStore } from './store.ts';

/** Any event of an order. */
const OrderEvent = {
  envelope: z.object({
    'detail-type': z.string(),
    detail: z.object({
      metadata: z.object({ eventId: z.string() }),
      data: z.object({ orderId: z.string(), channel: z.string().optional() }),
    }),
  }),
};
type OrderEvent = z.infer<typeof OrderEvent.envelope>;

type Store = Pick<WebhookStore, 'channelOf' | 'endpoints'>;
type Queue = Pick<DeliveryQueue, 'send'>;

/** Queues the event once for each endpoint of its channel that wants it; disabled ones too, to be replayed later. */
const fanOut =
  (store: Store, queue: Queue) =>
  async ({ 'detail-type': eventType, detail: { metadata, data } }: OrderEvent): Promise<void> => {
    const { eventId } = metadata;
    const { orderId } = data;
    const channel = data.channel ?? (await store.channelOf(orderId));
    if (channel === undefined) return;
    const endpoints = (await store.endpoints(channel)).filter((endpoint) => wants(endpoint, eventType));
    await queue.send(
      endpoints.map(({ endpointId }) => ({ channel, endpointId, eventId, eventType, orderId, round: 0 })),
    );
  };

export const orderEventHandler = (store: Store, queue: Queue) => {
  // The events of a batch are handled at once, and most are of one channel: its endpoints are read once.
  const endpoints = oneAtATime((channel) => store.endpoints(channel));
  return queueHandler(OrderEvent, fanOut({ ...store, endpoints }, queue));
};

const env = FanOutEnv.parse(process.env);
const queue = createDeliveryQueue(new SQSClient(), env.DELIVERY_QUEUE_URL);
export const handler = orderEventHandler(createWebhookStore(openDatabase(), env), queue);
