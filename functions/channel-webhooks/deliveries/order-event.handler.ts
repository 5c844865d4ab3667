import { SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { openDatabase } from '../../../shared/dynamodb/database.ts';
import { queueHandler } from '../../../shared/lambda/queue-handler.ts';
import { isSubscribed } from '../endpoints/endpoint.ts';
import { createEndpointStore, type EndpointStore } from '../endpoints/endpoint-store.ts';
import { coalesce } from './coalesce.ts';
import { createDeliveryQueue, type DeliveryQueue } from './delivery-queue.ts';
import { createDeliveryStore, type DeliveryStore } from './delivery-store.ts';
import { FanOutEnv } from './env.ts';

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

type Deps = {
  endpoints: Pick<EndpointStore, 'list'>;
  deliveries: Pick<DeliveryStore, 'channelOf'>;
  queue: Pick<DeliveryQueue, 'send'>;
};

/** Queues an event for each subscribed endpoint of its channel; for disabled endpoints too, so that it can be replayed. */
const fanOut =
  ({ endpoints, deliveries, queue }: Deps) =>
  async ({ 'detail-type': eventType, detail: { metadata, data } }: OrderEvent): Promise<void> => {
    const { eventId } = metadata;
    const { orderId } = data;
    const channel = data.channel ?? (await deliveries.channelOf(orderId));
    if (channel === undefined) return;
    const subscribed = (await endpoints.list(channel)).filter((endpoint) => isSubscribed(endpoint, eventType));
    await queue.send(
      subscribed.map(({ endpointId }) => ({ channel, endpointId, eventId, eventType, orderId, round: 0 })),
    );
  };

export const orderEventHandler = ({ endpoints, ...deps }: Deps) => {
  // Most events of a batch belong to one channel: its endpoints are read once.
  const list = coalesce((channel) => endpoints.list(channel));
  return queueHandler(OrderEvent, fanOut({ ...deps, endpoints: { list } }));
};

const env = FanOutEnv.parse(process.env);
const database = openDatabase();
export const handler = orderEventHandler({
  endpoints: createEndpointStore(database, env),
  deliveries: createDeliveryStore(database, env),
  queue: createDeliveryQueue(new SQSClient(), env.DELIVERY_QUEUE_URL),
});
