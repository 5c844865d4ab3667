import type { HttpResponse } from '../../../shared/contracts/problem.ts';
import * as routes from '../../../shared/contracts/webhooks/delivery-routes.ts';
import type { Cursors } from '../../../shared/dynamodb/cursor.ts';
import { on, type Request } from '../../../shared/lambda/http-handler.ts';
import type { Channels } from '../../../shared/store.ts';
import type { EndpointStore } from '../endpoints/endpoint-store.ts';
import { forChannel } from '../endpoints/for-channel.ts';
import { unknownEndpoint } from '../endpoints/responses.ts';
import { allSortKeys, deliverySortKeyPattern } from './delivery.ts';
import type { DeliveryQueue } from './delivery-queue.ts';
import type { DeliveryStore } from './delivery-store.ts';
import { replay } from './replay.ts';
import { deliveryBody, endpointDisabled } from './responses.ts';

type Deps = {
  endpoints: Pick<EndpointStore, 'read'>;
  deliveries: Pick<DeliveryStore, 'list'>;
  channels: Channels;
  queue: Pick<DeliveryQueue, 'send'>;
  cursors: Cursors;
};

/** Handlers of the delivery and replay routes. */
export const deliveryHandlers = (deps: Deps) => [
  on(routes.listWebhookDeliveries, forChannel(deps.channels, listDeliveries(deps))),
  on(routes.postWebhookReplay, forChannel(deps.channels, postReplay(deps))),
];

const listDeliveries =
  ({ endpoints, deliveries: store, cursors }: Deps) =>
  async (
    channel: string,
    { params, query, caller }: Request<typeof routes.listWebhookDeliveries>,
  ): Promise<HttpResponse> => {
    const { limit, cursor, state } = query;
    const id = { channel, ...params };
    if (!(await endpoints.read(id))) return unknownEndpoint;
    const filter = { list: 'deliveries', ...id, state, caller: caller.clientId };
    const start = await cursors.startAfter(cursor, filter, deliverySortKeyPattern);
    if ('refusal' in start) return start.refusal;
    const { after: position } = start;
    const range = { first: allSortKeys.first, last: position === undefined ? allSortKeys.last : justBefore(position) };
    const page = { isDeadOnly: state === 'dead', isNewestFirst: true, limit };
    const { deliveries, next } = await store.list(id, range, page);
    return {
      status: 200,
      body: {
        deliveries: deliveries.map(deliveryBody),
        ...(next !== undefined && { cursor: await cursors.of(filter, next) }),
      },
    };
  };

/** A text that sorts before this sort key and after every lesser sort key of the same length. */
const justBefore = (sortKey: string) =>
  `${sortKey.slice(0, -1)}${String.fromCharCode(sortKey.charCodeAt(sortKey.length - 1) - 1)}~`;

const postReplay =
  ({ endpoints, deliveries, queue, cursors }: Deps) =>
  async (
    channel: string,
    { params, body, caller }: Request<typeof routes.postWebhookReplay>,
  ): Promise<HttpResponse> => {
    const id = { channel, ...params };
    const endpoint = await endpoints.read(id);
    if (!endpoint) return unknownEndpoint;
    if (endpoint.status === 'disabled') return endpointDisabled;
    const { cursor, from, to, includeDelivered } = body;
    const filter = { list: 'replay', ...id, from, to, includeDelivered, caller: caller.clientId };
    const start = await cursors.startAfter(cursor, filter, deliverySortKeyPattern);
    if ('refusal' in start) return start.refusal;
    const { after } = start;
    const period = { fromMs: Date.parse(from), toMs: Date.parse(to), includeDelivered, after };
    const { replayed, position } = await replay(deliveries, queue, id, period);
    return {
      status: 202,
      body: { replayed, ...(position !== undefined && { cursor: await cursors.of(filter, position) }) },
    };
  };
