import { isSignedWith, type Received, startReceiver } from '../../support/webhooks/webhook-receiver.ts';
import { chance } from '../workload/random.ts';
import type { RunContext } from './run-context.ts';

/** Event types of each channel's endpoint; undefined for all. */
const endpoints: Record<string, string[] | undefined> = {
  marketplace: undefined,
  storefront: ['OrderPlaced', 'OrderRefused', 'OrderShipped', 'OrderCancelled', 'OrderExpired'],
};
export const isSubscribed = (channel: string, eventType: string): boolean =>
  channel in endpoints && (endpoints[channel]?.includes(eventType) ?? true);

/** Webhook retries of the simulated store, shortened from a day to an hour. */
export const retrying = { initialDelaySeconds: 1, maxDelaySeconds: 30, maxAgeSeconds: 3600, timeoutSeconds: 1 };

/** Failures of a receiver: probability, response status and delay. */
const failures = [
  { probability: 0.06, status: 500, afterMs: 0 },
  { probability: 0.02, status: 302, afterMs: 0 },
  { probability: 0.03, status: 204, afterMs: 200 },
  { probability: 0.004, status: 204, afterMs: retrying.timeoutSeconds * 1000 + 300 },
];

/**
 * Starts the channels' servers and registers each as a webhook endpoint. While `isActive`, they are slow or fail. The seed
 * decides by the event's type and order and the number of the delivery.
 */
export async function startReceivers(
  seed: number,
  isActive: () => boolean,
  { client, observed }: Pick<RunContext, 'client' | 'observed'>,
) {
  const deliveryCounts = new Map<string, number>();
  const failureOf = ({ json: { type, data } }: Received) => {
    const subject = `${type} ${data.orderId}`;
    deliveryCounts.set(subject, (deliveryCounts.get(subject) ?? 0) + 1);
    let rest = isActive() ? chance(seed, 'receiver', subject, deliveryCounts.get(subject) ?? 0) : 1;
    return failures.find(({ probability }) => (rest -= probability) < 0) ?? { status: 204 };
  };
  const receivers = await Promise.all(
    Object.entries(endpoints).map(async ([channel, eventTypes]) => {
      let secret = '';
      const receiver = await startReceiver((received) => {
        const { type, data } = received.json;
        const eventId = String(received.headers['webhook-id']);
        // A delayed response also accepts the message.
        const response = failureOf(received);
        const isAccepted = response.status < 300;
        // The clock may have jumped while the message was in flight.
        const isSigned = isSignedWith(secret, received, Number(received.headers['webhook-timestamp']) * 1000);
        observed.deliveries.push({ channel, eventId, type, data, isSigned, isAccepted });
        return response;
      });
      const created = await client(channel).put('/webhooks/endpoints/simulated', { url: receiver.url, eventTypes });
      if (created.status !== 201) throw new Error(created.text);
      secret = created.body.secret;
      return receiver;
    }),
  );
  return { stop: () => Promise.all(receivers.map(({ stop }) => stop())) };
}
