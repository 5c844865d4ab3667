import { randomBytes } from 'node:crypto';
import type { HttpResponse } from '../../../shared/contracts/problem.ts';
import * as routes from '../../../shared/contracts/webhooks/routes.ts';
import { retryOnConflict } from '../../../shared/dynamodb/retry-on-conflict.ts';
import { on, type Request } from '../../../shared/lambda/http-handler.ts';
import type { Channels } from '../../../shared/store.ts';
import { urlRefusal } from './address.ts';
import { secretPrefix } from './endpoint.ts';
import type { EndpointStore } from './endpoint-store.ts';
import { forChannel } from './for-channel.ts';
import { endpointBody, tooManyEndpoints, unknownEndpoint, urlRefused } from './responses.ts';

const defaultRetryBudgetMs = 4000;
/** Each endpoint costs one message per event. */
const maxEndpointsPerChannel = 10;

type Deps = {
  store: EndpointStore;
  channels: Channels;
  isLoopbackAllowed: boolean;
  /** @default 4000 */
  retryBudgetMs?: number;
};

/** Handlers of the endpoint routes. */
export const endpointHandlers = ({ store, channels, ...options }: Deps) => [
  on(routes.putWebhookEndpoint, forChannel(channels, putEndpoint(store, options))),
  on(
    routes.listWebhookEndpoints,
    forChannel(channels, async (channel) => ({
      status: 200,
      body: { endpoints: (await store.list(channel)).map((endpoint) => endpointBody(endpoint)) },
    })),
  ),
  on(
    routes.getWebhookEndpoint,
    forChannel(channels, async (channel, { params }) => {
      const endpoint = await store.read({ channel, ...params });
      return endpoint ? { status: 200, body: endpointBody(endpoint) } : unknownEndpoint;
    }),
  ),
  on(
    routes.deleteWebhookEndpoint,
    forChannel(channels, async (channel, { params, cause }) => {
      const endpoint = await store.read({ channel, ...params });
      // A concurrent delete fails this one's condition and publishes the event: both respond 204.
      if (endpoint) await store.delete(endpoint, cause);
      return { status: 204 };
    }),
  ),
];

const putEndpoint =
  (
    store: EndpointStore,
    { isLoopbackAllowed, retryBudgetMs = defaultRetryBudgetMs }: Omit<Deps, 'store' | 'channels'>,
  ) =>
  async (
    channel: string,
    { params: { endpointId }, body, cause }: Request<typeof routes.putWebhookEndpoint>,
  ): Promise<HttpResponse> => {
    const refusal = urlRefusal(body.url, isLoopbackAllowed);
    if (refusal !== undefined) return urlRefused(refusal);
    return retryOnConflict(retryBudgetMs, async () => {
      const current = await store.read({ channel, endpointId });
      if (!current && (await store.list(channel)).length >= maxEndpointsPerChannel) return tooManyEndpoints;
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
      if ((await store.write(next, cause)) === 'version-conflict') return undefined;
      return current ? { status: 200, body: endpointBody(next) } : { status: 201, body: endpointBody(next, secret) };
    });
  };

/** A new signing secret: 32 random bytes, as Standard Webhooks recommends. */
const newSecret = (): string => secretPrefix + randomBytes(32).toString('base64');
