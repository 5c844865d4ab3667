import type { ApiClient } from '../../support/system/api-client.ts';
import { isSignedWith, type Received, startReceiver } from '../../support/webhooks/webhook-receiver.ts';
import { chance } from '../workload/random.ts';
import type { ObservedResponses } from './observed-responses.ts';

/** What the channels ask to be told of: one of everything, one of what its customers ask about. */
const endpoints: Record<string, string[] | undefined> = {
  marketplace: undefined,
  storefront: ['OrderPlaced', 'OrderRefused', 'OrderShipped', 'OrderCancelled', 'OrderExpired'],
};
export const isTold = (channel: string, eventType: string): boolean =>
  channel in endpoints && (endpoints[channel]?.includes(eventType) ?? true);

/** How the simulated store delivers webhooks: a day of retries in an hour. */
export const retrying = { initialDelaySeconds: 1, maxDelaySeconds: 30, maxAgeSeconds: 3600, timeoutSeconds: 1 };

/** What a receiver does instead of taking a delivery, how likely, and for how long it keeps its caller waiting. */
const moods = [
  { likelihood: 0.06, status: 500, afterMs: 0 },
  { likelihood: 0.02, status: 302, afterMs: 0 },
  { likelihood: 0.03, status: 204, afterMs: 200 },
  { likelihood: 0.004, status: 204, afterMs: retrying.timeoutSeconds * 1000 + 300 },
];

type World = { client: (name: string) => ApiClient; observed: ObservedResponses };

/**
 * The channels' own servers, each set up as an endpoint. While `isActive` they are slow and fail, which the seed decides
 * by what they are told of and how often they were.
 */
export async function startReceivers(seed: number, isActive: () => boolean, { client, observed }: World) {
  const times = new Map<string, number>();
  const moodOf = ({ json: { type, data } }: Received) => {
    const subject = `${type} ${data.orderId}`;
    times.set(subject, (times.get(subject) ?? 0) + 1);
    let left = isActive() ? chance(seed, 'receiver', subject, times.get(subject) ?? 0) : 1;
    return moods.find(({ likelihood }) => (left -= likelihood) < 0) ?? { status: 204 };
  };
  const receivers = await Promise.all(
    Object.entries(endpoints).map(async ([channel, eventTypes]) => {
      let secret = '';
      const receiver = await startReceiver((received) => {
        const { type, data } = received.json;
        const eventId = String(received.headers['webhook-id']);
        // A receiver that is late has taken it too.
        const answer = moodOf(received);
        const isTaken = answer.status < 300;
        // Time may have leapt while it was under way.
        const isSigned = isSignedWith(secret, received, Number(received.headers['webhook-timestamp']) * 1000);
        observed.deliveries.push({ channel, eventId, type, data, isSigned, isTaken });
        return answer;
      });
      const created = await client(channel).put('/webhooks/endpoints/simulated', { url: receiver.url, eventTypes });
      if (created.status !== 201) throw new Error(created.text);
      secret = created.body.secret;
      return receiver;
    }),
  );
  return { stop: () => Promise.all(receivers.map(({ stop }) => stop())) };
}
