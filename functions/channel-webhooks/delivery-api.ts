import type { HttpResponse } from '../../shared/contracts/problem.ts';
import * as routes from '../../shared/contracts/webhooks/routes.ts';
import { on, type Request } from '../../shared/lambda/http-handler.ts';
import { cursorOf, positionOf } from '../../shared/dynamodb/cursor.ts';
import type { Channels } from '../../shared/store.ts';
import { allSortKeys, deliverySortKeyPattern } from './delivery.ts';
import type { DeliveryQueue } from './delivery-queue.ts';
import { forChannel } from './for-channel.ts';
import { replay } from './replay.ts';
import { badCursor, deliveryAnswer, endpointDisabled, unknownEndpoint } from './replies.ts';
import type { WebhookStore } from './store.ts';

type Queue = Pick<DeliveryQueue, 'send'>;

/** What serves the deliveries to an endpoint. */
export const deliveryHandlers = ({
  store,
  channels,
  queue,
}: {
  store: WebhookStore;
  channels: Channels;
  queue: Queue;
}) => [
  on(routes.listWebhookDeliveries, forChannel(channels, listDeliveries(store))),
  on(routes.postWebhookReplay, forChannel(channels, postReplay(store, queue))),
];

const listDeliveries =
  (store: WebhookStore) =>
  async (channel: string, { params, query }: Request<typeof routes.listWebhookDeliveries>): Promise<HttpResponse> => {
    const { limit, cursor, state } = query;
    const id = { channel, ...params };
    if (!(await store.endpoint(id))) return unknownEndpoint;
    const asked = { ...id, state };
    const position = cursor === undefined ? undefined : positionOf(cursor, asked, deliverySortKeyPattern);
    if (cursor !== undefined && position === undefined) return badCursor;
    const span = { first: allSortKeys.first, last: position === undefined ? allSortKeys.last : justBefore(position) };
    const page = { isDeadOnly: state === 'dead', isNewestFirst: true, limit };
    const { deliveries, next } = await store.deliveries(id, span, page);
    return {
      status: 200,
      body: {
        deliveries: deliveries.map(deliveryAnswer),
        ...(next !== undefined && { cursor: cursorOf(asked, next) }),
      },
    };
  };

/** The greatest text that sorts before a sort key and after all lesser ones of its length. */
const justBefore = (sortKey: string) =>
  `${sortKey.slice(0, -1)}${String.fromCharCode(sortKey.charCodeAt(sortKey.length - 1) - 1)}~`;

const postReplay =
  (store: WebhookStore, queue: Queue) =>
  async (channel: string, { params, body }: Request<typeof routes.postWebhookReplay>): Promise<HttpResponse> => {
    const id = { channel, ...params };
    const endpoint = await store.endpoint(id);
    if (!endpoint) return unknownEndpoint;
    if (endpoint.status === 'disabled') return endpointDisabled;
    const { cursor, from, to, includeDelivered } = body;
    const asked = { ...id, from, to, includeDelivered };
    const after = cursor === undefined ? undefined : positionOf(cursor, asked, deliverySortKeyPattern);
    if (cursor !== undefined && after === undefined) return badCursor;
    const span = { fromMs: Date.parse(from), toMs: Date.parse(to), includeDelivered, after };
    const { replayed, position } = await replay(store, queue, id, span);
    return { status: 202, body: { replayed, ...(position !== undefined && { cursor: cursorOf(asked, position) }) } };
  };
