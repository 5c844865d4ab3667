import { retryOnConflict } from '../../shared/dynamodb/retry-on-conflict.ts';
import { problem, type HttpResponse } from '../../shared/contracts/problem.ts';
import * as routes from '../../shared/contracts/webhooks/routes.ts';
import { on, type Request } from '../../shared/lambda/http-handler.ts';
import type { Channels } from '../../shared/store.ts';
import { refusalOf } from './address.ts';
import { answerOf } from './endpoint.ts';
import { forChannel } from './for-channel.ts';
import { tooManyEndpoints, unknownEndpoint } from './replies.ts';
import { newSecret } from './sign.ts';
import type { WebhookStore } from './store.ts';

const patienceMs = 4000;
/** Each costs a message per event. */
const endpointsPerChannel = 10;

type Parts = { store: WebhookStore; channels: Channels; isLoopbackAllowed: boolean };

/** What serves the endpoints of a channel. */
export const endpointHandlers = ({ store, channels, isLoopbackAllowed }: Parts) => [
  on(routes.putWebhookEndpoint, forChannel(channels, putEndpoint(store, isLoopbackAllowed))),
  on(
    routes.listWebhookEndpoints,
    forChannel(channels, async (channel) => ({
      status: 200,
      body: { endpoints: (await store.endpoints(channel)).map((endpoint) => answerOf(endpoint)) },
    })),
  ),
  on(
    routes.getWebhookEndpoint,
    forChannel(channels, async (channel, { params }) => {
      const endpoint = await store.endpoint({ channel, ...params });
      return endpoint ? { status: 200, body: answerOf(endpoint) } : unknownEndpoint;
    }),
  ),
  on(
    routes.deleteWebhookEndpoint,
    forChannel(channels, async (channel, { params, cause }) => {
      const endpoint = await store.endpoint({ channel, ...params });
      // Whoever deletes it first tells it; the result is the same.
      if (endpoint) await store.deleteEndpoint(endpoint, cause);
      return { status: 204 };
    }),
  ),
];

const putEndpoint =
  (store: WebhookStore, isLoopbackAllowed: boolean) =>
  async (
    channel: string,
    { params: { endpointId }, body, cause }: Request<typeof routes.putWebhookEndpoint>,
  ): Promise<HttpResponse> => {
    const refusal = refusalOf(body.url, isLoopbackAllowed);
    if (refusal !== undefined) {
      return problem(422, 'url-refused', refusal, { errors: [{ pointer: '/url', detail: refusal }] });
    }
    return retryOnConflict(patienceMs, async () => {
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
      if ((await store.writeEndpoint(next, cause)) === 'version-conflict') return undefined;
      return current ? { status: 200, body: answerOf(next) } : { status: 201, body: answerOf(next, { secret }) };
    });
  };
