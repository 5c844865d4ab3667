import type { HttpResponse } from '../../../shared/contracts/problem.ts';
import * as changeRoutes from '../../../shared/contracts/webhooks/change-routes.ts';
import * as routes from '../../../shared/contracts/webhooks/routes.ts';
import { retryOnConflict } from '../../../shared/dynamodb/retry-on-conflict.ts';
import { on, type Request } from '../../../shared/lambda/http-handler.ts';
import type { Channels } from '../../../shared/store.ts';
import { type Challenged, isChallenged, urlRefusal } from './address.ts';
import type { ChallengeClient } from './challenge-client.ts';
import { postVerification } from './verification-api.ts';
import { destinationChange, isExpiredCreation, withContent } from './change.ts';
import { newSecret, postChangeDecision, postSecretRotation, redirectEvent, requestChange } from './change-api.ts';
import { awaitingApproval, type Endpoint, type EndpointId } from './endpoint.ts';
import type { EndpointStore } from './endpoint-store.ts';
import { forChannel } from './for-channel.ts';
import { endpointBody, tooManyEndpoints, unknownEndpoint, urlRefused } from './responses.ts';

const defaultRetryBudgetMs = 4000;
/** Each endpoint costs one message per event. */
const maxEndpointsPerChannel = 10;

type Deps = {
  store: EndpointStore;
  challenge: ChallengeClient;
  channels: Channels;
  isLoopbackAllowed: boolean;
  /** Addresses that have to echo the challenge. @default 'public' */
  challenged?: Challenged;
  /** @default 4000 */
  retryBudgetMs?: number;
};
type PutOptions = Omit<Deps, 'store' | 'challenge' | 'channels'>;

/** Handlers of the endpoint routes. */
export const endpointHandlers = ({ store, challenge, channels, ...options }: Deps) => [
  on(changeRoutes.postWebhookVerification, forChannel(channels, postVerification(store, challenge))),
  on(changeRoutes.postWebhookSecretRotation, forChannel(channels, postSecretRotation(store))),
  on(changeRoutes.postWebhookChangeDecision, forChannel(channels, postChangeDecision(store, options.challenged))),
  on(routes.putWebhookEndpoint, forChannel(channels, putEndpoint(store, options))),
  on(
    routes.listWebhookEndpoints,
    forChannel(channels, async (channel, { cause: { now } }) => ({
      status: 200,
      body: { endpoints: (await store.list(channel)).map((endpoint) => endpointBody(endpoint, now)) },
    })),
  ),
  on(
    routes.getWebhookEndpoint,
    forChannel(channels, async (channel, { params, cause }) => {
      const endpoint = await store.read({ channel, ...params });
      return endpoint ? { status: 200, body: endpointBody(endpoint, cause.now) } : unknownEndpoint;
    }),
  ),
  on(
    routes.deleteWebhookEndpoint,
    forChannel(channels, (channel, { params, cause }) =>
      retryOnConflict(options.retryBudgetMs ?? defaultRetryBudgetMs, async () => {
        const endpoint = await store.read({ channel, ...params });
        const isDone = !endpoint || (await store.delete(endpoint, cause)) === 'done';
        return isDone ? { status: 204 } : undefined;
      }),
    ),
  ),
];

const putEndpoint =
  (
    store: EndpointStore,
    { isLoopbackAllowed, challenged = 'public', retryBudgetMs = defaultRetryBudgetMs }: PutOptions,
  ) =>
  async (
    channel: string,
    { params: { endpointId }, body, cause }: Request<typeof routes.putWebhookEndpoint>,
    isOwn: boolean,
  ): Promise<HttpResponse> => {
    const refusal = urlRefusal(body.url, isLoopbackAllowed);
    if (refusal !== undefined) return urlRefused(refusal);
    return retryOnConflict(retryBudgetMs, async () => {
      const stored = await store.read({ channel, endpointId });
      if (!stored && (await countedEndpoints(store, channel, cause.now)) >= maxEndpointsPerChannel)
        return tooManyEndpoints;
      const current = stored ?? newEndpoint({ channel, endpointId }, body.url, cause.now);
      const change = destinationChange(stored, body.url);
      if (change && !isOwn) return requestChange(store, current, { change, ...body }, cause);
      const next = withContent(current, body, isChallenged(body.url, challenged));
      const notice = change === 'redirect' ? redirectEvent(stored, next, change, cause) : undefined;
      if ((await store.write(next, cause, notice)) === 'version-conflict') return undefined;
      const secret = change === 'create' ? next.secret : undefined;
      return { status: stored ? 200 : 201, body: endpointBody(next, cause.now, secret) };
    });
  };

/** Number of the channel's endpoints, without those that can no longer be approved. */
const countedEndpoints = async (store: EndpointStore, channel: string, now: number): Promise<number> =>
  (await store.list(channel)).filter((endpoint) => !isExpiredCreation(endpoint, now)).length;

/** An endpoint before its first version; disabled, in case that it awaits its approval. */
const newEndpoint = (id: EndpointId, url: string, now: number): Endpoint => ({
  ...id,
  url,
  secret: newSecret(),
  status: 'disabled',
  reason: awaitingApproval,
  createdAt: new Date(now).toISOString(),
  version: 0,
  failures: 0,
});
