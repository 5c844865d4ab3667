import { eventDataForChannel } from '../../../shared/access/order-events.ts';
import type { Cause } from '../../../shared/contracts/define-event.ts';
import type { DeliveryAttempt } from '../../../shared/contracts/webhooks/delivery-routes.ts';
import { conflictError } from '../../../shared/dynamodb/retry-on-conflict.ts';
import type { Channels } from '../../../shared/store.ts';
import type { Endpoint } from '../endpoints/endpoint.ts';
import type { EndpointStore } from '../endpoints/endpoint-store.ts';
import { createChallengeClient } from '../endpoints/challenge-client.ts';
import { healthAfter, isAccepted, isLimited } from '../endpoints/health.ts';
import { afterAttempt, nextStep, turnSeconds, type WebhookRetryPolicy } from './decide.ts';
import type { DeliveryMessage, ReceivedMessage } from './delivery.ts';
import type { DeliveryStore } from './delivery-store.ts';
import { validSecrets } from '../endpoints/secrets.ts';
import { signatureHeaders } from '../endpoints/signature.ts';
import type { WebhookClient } from '../endpoints/webhook-client.ts';

/** The first event follows its challenge. */
const secondsAfterVerification = 1;
/** A claim also covers the writes after the attempt. */
const claimMarginSeconds = 2;

type OrderEvent = NonNullable<Awaited<ReturnType<DeliveryStore['load']>>['event']>;
type Deps = {
  deliveries: Pick<DeliveryStore, 'load' | 'record'>;
  endpoints: Pick<EndpointStore, 'updateHealth' | 'claim' | 'verify'>;
  post: WebhookClient;
  policy: WebhookRetryPolicy;
  /** By client id. */
  channels: Channels;
  now: () => number;
  random: () => number;
};

/**
 * Makes at most one attempt for a message and records it. The first attempt for an endpoint that is not verified is its
 * challenge, without the event. Returns the seconds until the message is to be received again,
 * undefined if it is settled. Throws a conflict error if a copy of the message was recorded first.
 */
export const deliver = ({ deliveries, endpoints, post, policy, channels, now, random }: Deps) => {
  const attemptAt = attemptWith(post, channels, now);
  const challenge = createChallengeClient(post, now);
  return async (message: ReceivedMessage): Promise<number | undefined> => {
    const { endpoint, delivery, event } = await deliveries.load(message);
    const step = nextStep(message, endpoint, delivery, now(), policy);
    if (step.kind === 'drop') return undefined;
    if (step.kind === 'wait') return step.seconds;
    if (step.kind === 'dead') {
      await assertRecorded(deliveries.record(step.delivery, causeOf(message, now())));
      return undefined;
    }
    if (!event) throw new Error(`There is no event ${message.eventId} of ${message.orderId}`);

    if (isLimited(step.endpoint)) {
      const from = now();
      const claim = { now: from, until: from + (policy.timeoutSeconds + claimMarginSeconds) * 1000 };
      if (!(await endpoints.claim(step.endpoint, claim))) return turnSeconds(message, from);
    }
    const { isUnverified = false } = step.endpoint;
    const attempt = isUnverified ? await challenge(step.endpoint) : await attemptAt(step.endpoint, message, event);
    const endedAt = now();
    if (isUnverified && isAccepted(attempt)) {
      await endpoints.verify(step.endpoint, causeOf(message, endedAt));
      return secondsAfterVerification;
    }
    const outcome = afterAttempt(message, delivery, attempt, endedAt, random(), policy);
    const health = healthAfter(step.endpoint, outcome.endpoint, attempt, endedAt, policy);
    const disabled = health.kind === 'disable' ? { endpoint: step.endpoint, reason: health.reason } : undefined;
    await assertRecorded(deliveries.record(outcome.delivery, causeOf(message, endedAt), disabled));
    if (health.kind === 'update') await endpoints.updateHealth(step.endpoint, health.health);
    return outcome.retrySeconds;
  };
};

/** Posts an event to an endpoint, as its channel may read it. */
const attemptWith =
  (post: WebhookClient, channels: Channels, now: () => number) =>
  async (endpoint: Endpoint, { eventId, eventType }: DeliveryMessage, event: OrderEvent): Promise<DeliveryAttempt> => {
    const { occurredAt, actor } = event.metadata;
    const data = eventDataForChannel(eventType, event.data, actor, channels);
    const body = JSON.stringify({ type: eventType, timestamp: occurredAt, data });
    const startedAt = now();
    const headers = signatureHeaders(validSecrets(endpoint, startedAt), eventId, Math.floor(startedAt / 1000), body);
    const { body: _unused, ...result } = await post(endpoint.url, headers, body);
    return { at: new Date(startedAt).toISOString(), milliseconds: now() - startedAt, ...result };
  };

async function assertRecorded(record: Promise<'done' | 'version-conflict'>): Promise<void> {
  if ((await record) === 'version-conflict') {
    throw conflictError('Another copy of this delivery was recorded first, or its endpoint was changed');
  }
}

const causeOf = ({ eventId }: DeliveryMessage, now: number): Cause => ({
  actor: 'storeworks.channel-webhooks',
  correlationId: eventId,
  causationId: eventId,
  now,
});
