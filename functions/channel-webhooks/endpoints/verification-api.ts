import type { HttpResponse } from '../../../shared/contracts/problem.ts';
import type * as routes from '../../../shared/contracts/webhooks/change-routes.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import type { ChallengeClient } from './challenge-client.ts';
import type { EndpointStore } from './endpoint-store.ts';
import { isAccepted } from './health.ts';
import { endpointBody, tooManyAttempts, unknownEndpoint, verificationFailed } from './responses.ts';

/** Covers the timeout of a challenge, and limits how often a channel can make the store send one to an address. */
const attemptSeconds = 15;

/** Sends the challenge to an endpoint at once. Without this request, the deliverer sends it before the first event. */
export const postVerification =
  (store: Pick<EndpointStore, 'read' | 'claim' | 'verify'>, challenge: ChallengeClient) =>
  async (channel: string, { params, cause }: Request<typeof routes.postWebhookVerification>): Promise<HttpResponse> => {
    const endpoint = await store.read({ channel, ...params });
    if (!endpoint) return unknownEndpoint;
    if (!endpoint.isUnverified) return { status: 200, body: endpointBody(endpoint, cause.now) };
    const claim = { now: cause.now, until: cause.now + attemptSeconds * 1000 };
    if (!(await store.claim(endpoint, claim))) return tooManyAttempts;
    const attempt = await challenge(endpoint);
    if (!isAccepted(attempt)) return verificationFailed(attempt);
    await store.verify(endpoint, cause);
    const verified = await store.read(endpoint);
    return verified ? { status: 200, body: endpointBody(verified, cause.now) } : unknownEndpoint;
  };
