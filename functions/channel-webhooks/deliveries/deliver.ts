import type { Cause } from '../../../shared/contracts/define-event.ts';
import { conflictError } from '../../../shared/dynamodb/retry-on-conflict.ts';
import type { Endpoint } from '../endpoints/endpoint.ts';
import type { EndpointStore } from '../endpoints/endpoint-store.ts';
import { afterAttempt, nextStep, pauseSeconds, type WebhookRetryPolicy } from './decide.ts';
import type { DeliveryMessage, ReceivedMessage } from './delivery.ts';
import type { DeliveryStore } from './delivery-store.ts';
import { signatureHeaders } from '../endpoints/signature.ts';
import type { PostResult } from '../endpoints/webhook-client.ts';

type Deps = {
  deliveries: Pick<DeliveryStore, 'load' | 'record'>;
  endpoints: Pick<EndpointStore, 'updateHealth'>;
  post: (url: string, headers: Record<string, string>, body: string) => Promise<PostResult>;
  policy: WebhookRetryPolicy;
  now: () => number;
  random: () => number;
};

/**
 * Makes at most one attempt for a message and records it. Returns the seconds until the message is to be received again,
 * undefined if it is settled. Throws a conflict error if a copy of the message was recorded first.
 */
export const deliver =
  ({ deliveries, endpoints, post, policy, now, random }: Deps) =>
  async (message: ReceivedMessage): Promise<number | undefined> => {
    const { endpoint, delivery, event } = await deliveries.load(message);
    const step = nextStep(message, endpoint, delivery, now(), policy);
    if (step.kind === 'drop') return undefined;
    if (step.kind === 'wait') return step.seconds;
    if (step.kind === 'dead') {
      await assertRecorded(deliveries.record(step.delivery, causeOf(message, now())));
      return undefined;
    }
    if (!event) throw new Error(`There is no event ${message.eventId} of ${message.orderId}`);

    const body = JSON.stringify({ type: message.eventType, timestamp: event.metadata.occurredAt, data: event.data });
    const startedAt = now();
    const headers = signatureHeaders(step.endpoint.secret, message.eventId, Math.floor(startedAt / 1000), body);
    const result = await post(step.endpoint.url, headers, body);
    const endedAt = now();
    const { body: _unused, ...response } = result;
    const attempt = { at: new Date(startedAt).toISOString(), milliseconds: endedAt - startedAt, ...response };
    const outcome = afterAttempt(message, delivery, attempt, endedAt, random(), policy);
    const gone = outcome.endpoint === 'gone' ? step.endpoint : undefined;
    await assertRecorded(deliveries.record(outcome.delivery, causeOf(message, endedAt), gone));
    if (outcome.endpoint !== 'gone') await updateHealth(endpoints, step.endpoint, outcome.endpoint, endedAt);
    return outcome.retrySeconds;
  };

async function updateHealth(
  endpoints: Deps['endpoints'],
  endpoint: Endpoint,
  health: 'healthy' | 'failing',
  now: number,
): Promise<void> {
  if (health === 'healthy' && endpoint.failures === 0) return;
  const failures = health === 'healthy' ? 0 : endpoint.failures + 1;
  const pausedUntil = health === 'healthy' ? 0 : now + pauseSeconds(failures) * 1000;
  await endpoints.updateHealth(endpoint, failures, pausedUntil);
}

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
