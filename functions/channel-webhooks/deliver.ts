import { conflictError } from '../../shared/dynamodb/retry-on-conflict.ts';
import type { Cause } from '../../shared/contracts/define-event.ts';
import { afterAttempt, nextStep, pauseSeconds, type Retrying } from './decide.ts';
import type { DeliveryMessage, ReceivedMessage } from './delivery.ts';
import type { Endpoint } from './endpoint.ts';
import type { Answer } from './post.ts';
import { signatureHeaders } from './sign.ts';
import type { WebhookStore } from './store.ts';

type Parts = {
  store: Pick<WebhookStore, 'load' | 'record' | 'noteHealth'>;
  post: (url: string, headers: Record<string, string>, body: string) => Promise<Answer>;
  retrying: Retrying;
  now: () => number;
  random: () => number;
};

/** Seconds after which the message is to come again; undefined when it is settled. */
type Settled = number | undefined;

/** Makes at most one attempt for a message and records it. Throws when another copy of the message got ahead. */
export const deliver =
  ({ store, post, retrying, now, random }: Parts) =>
  async (message: ReceivedMessage): Promise<Settled> => {
    const { endpoint, delivery, event } = await store.load(message);
    const step = nextStep(message, endpoint, delivery, now(), retrying);
    if (step.kind === 'drop') return undefined;
    if (step.kind === 'wait') return step.seconds;
    if (step.kind === 'park') {
      await recorded(store.record(step.delivery, causeOf(message, now())));
      return undefined;
    }
    if (!event) throw new Error(`There is no event ${message.eventId} of ${message.orderId}`);

    const body = JSON.stringify({ type: message.eventType, timestamp: event.metadata.occurredAt, data: event.data });
    const startedAt = now();
    const headers = signatureHeaders(step.endpoint.secret, message.eventId, Math.floor(startedAt / 1000), body);
    const answer = await post(step.endpoint.url, headers, body);
    const endedAt = now();
    const attempt = { at: new Date(startedAt).toISOString(), milliseconds: endedAt - startedAt, ...answer };
    const outcome = afterAttempt(message, delivery, attempt, endedAt, random(), retrying);
    const gone = outcome.endpoint === 'gone' ? step.endpoint : undefined;
    await recorded(store.record(outcome.delivery, causeOf(message, endedAt), gone));
    if (outcome.endpoint !== 'gone') await noteHealth(store, step.endpoint, outcome.endpoint, endedAt);
    return outcome.retrySeconds;
  };

async function noteHealth(store: Parts['store'], endpoint: Endpoint, health: 'well' | 'failing', now: number) {
  if (health === 'well' && endpoint.failures === 0) return;
  const failures = health === 'well' ? 0 : endpoint.failures + 1;
  await store.noteHealth(endpoint, failures, health === 'well' ? 0 : now + pauseSeconds(failures) * 1000);
}

async function recorded(record: Promise<'done' | 'version-conflict'>): Promise<void> {
  if ((await record) === 'version-conflict')
    throw conflictError('Another copy of this delivery, or a change of its endpoint, got ahead');
}

const causeOf = ({ eventId }: DeliveryMessage, now: number): Cause => ({
  actor: 'storeworks.channel-webhooks',
  correlationId: eventId,
  causationId: eventId,
  now,
});
