import { SQSClient } from '@aws-sdk/client-sqs';
import { patiently } from '../../shared/contention.ts';
import { openDatabase } from '../../shared/database.ts';
import { problem, type Reply } from '../../shared/http/problem.ts';
import * as routes from '../../shared/http/webhooks.ts';
import { httpHandler, on, type Request } from '../../shared/lambda/http-handler.ts';
import { cursorOf, positionOf } from '../../shared/paging.ts';
import type { Channels } from '../../shared/store.ts';
import { refusalOf } from './address.ts';
import { allSortKeys, deliverySortKeyPattern } from './delivery.ts';
import { createDeliveryQueue } from './delivery-queue.ts';
import { answerOf } from './endpoint.ts';
import { ParsedApiEnv } from './env.ts';
import {
  badCursor,
  deliveryAnswer,
  endpointDisabled,
  notAChannel,
  tooManyEndpoints,
  unknownEndpoint,
} from './replies.ts';
import { replay } from './replay.ts';
import { newSecret } from './sign.ts';
import { createWebhookStore } from './store.ts';

const patienceMs = 4000;
/** Each costs a message per event. */
const endpointsPerChannel = 10;

const env = ParsedApiEnv.parse(process.env, { jitless: true });
const store = createWebhookStore(openDatabase(), env);
const queue = createDeliveryQueue(new SQSClient(), env.DELIVERY_QUEUE_URL);
const isLoopbackAllowed = env.STOREWORKS_WEBHOOK_LOOPBACK === 'allowed';

/** The caller's own channel, or the one that a member of staff names. */
const channelOf = (channels: Channels, clientId: string, named: string | undefined): string | undefined => {
  const own = channels[clientId];
  if (named === undefined || named === own?.channel) return own?.channel;
  return own?.staff && Object.values(channels).some(({ channel }) => channel === named) ? named : undefined;
};

type Asked = { caller: { clientId: string }; query: { channel?: string | undefined } };
const forChannel =
  <R extends Asked>(serve: (channel: string, request: R) => Promise<Reply>) =>
  async (request: R): Promise<Reply> => {
    const channel = channelOf(env.CHANNELS, request.caller.clientId, request.query.channel);
    return channel === undefined ? notAChannel : serve(channel, request);
  };

const putEndpoint = forChannel(
  async (channel, { params: { endpointId }, body, cause }: Request<typeof routes.putWebhookEndpoint>) => {
    const refusal = refusalOf(body.url, isLoopbackAllowed);
    if (refusal !== undefined) {
      return problem(422, 'url-refused', refusal, { errors: [{ pointer: '/url', detail: refusal }] });
    }
    return patiently(patienceMs, async () => {
      const current = await store.endpoint({ channel, endpointId });
      if (!current && (await store.endpoints(channel)).length >= endpointsPerChannel) return tooManyEndpoints;
      const secret = current?.secret ?? newSecret();
      const next = {
        channel,
        endpointId,
        secret,
        failures: 0,
        status: 'active' as const,
        ...body,
        createdAt: current?.createdAt ?? new Date(cause.now).toISOString(),
        version: (current?.version ?? 0) + 1,
      };
      if ((await store.writeEndpoint(next, cause)) === 'lost') return undefined;
      return current ? { status: 200, body: answerOf(next) } : { status: 201, body: answerOf(next, { secret }) };
    });
  },
);

const listEndpoints = forChannel(async (channel, _request: Request<typeof routes.listWebhookEndpoints>) => ({
  status: 200,
  body: { endpoints: (await store.endpoints(channel)).map((endpoint) => answerOf(endpoint)) },
}));

const getEndpoint = forChannel(async (channel, { params }: Request<typeof routes.getWebhookEndpoint>) => {
  const endpoint = await store.endpoint({ channel, ...params });
  return endpoint ? { status: 200, body: answerOf(endpoint) } : unknownEndpoint;
});

const deleteEndpoint = forChannel(async (channel, { params, cause }: Request<typeof routes.deleteWebhookEndpoint>) => {
  const endpoint = await store.endpoint({ channel, ...params });
  // Whoever deletes it first tells it; the result is the same.
  if (endpoint) await store.deleteEndpoint(endpoint, cause);
  return { status: 204 };
});

const listDeliveries = forChannel(async (channel, { params, query }: Request<typeof routes.listWebhookDeliveries>) => {
  const { limit, cursor, state } = query;
  const id = { channel, ...params };
  if (!(await store.endpoint(id))) return unknownEndpoint;
  const asked = { ...id, state };
  const position = cursor === undefined ? undefined : positionOf(cursor, asked, deliverySortKeyPattern);
  if (cursor !== undefined && position === undefined) return badCursor;
  // Before the position: without its last character it is less, and no id lies between.
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
});

/** The greatest text that sorts before a sort key and after all lesser ones of its length. */
const justBefore = (sortKey: string) =>
  `${sortKey.slice(0, -1)}${String.fromCharCode(sortKey.charCodeAt(sortKey.length - 1) - 1)}~`;

const postReplay = forChannel(async (channel, { params, body }: Request<typeof routes.postWebhookReplay>) => {
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
});

export const handler = httpHandler(
  on(routes.putWebhookEndpoint, putEndpoint),
  on(routes.listWebhookEndpoints, listEndpoints),
  on(routes.getWebhookEndpoint, getEndpoint),
  on(routes.deleteWebhookEndpoint, deleteEndpoint),
  on(routes.listWebhookDeliveries, listDeliveries),
  on(routes.postWebhookReplay, postReplay),
);
