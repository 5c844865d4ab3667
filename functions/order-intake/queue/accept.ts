import { monotonicFactory } from 'ulid';
import { retryOnConflict } from '../../../shared/dynamodb/retry-on-conflict.ts';
import type { Cause } from '../../../shared/contracts/define-event.ts';
import type { OrderContent } from '../../../shared/contracts/orders/routes.ts';
import { contentHash, orderIdOf } from '../../../shared/ids.ts';
import type { Channels } from '../../../shared/store.ts';
import { acceptedRecord, type QueuedOrder } from './intake-item.ts';
import type { IntakeStore } from './intake-store.ts';
import type { OrderQueue } from './order-queue.ts';

const patienceMs = 4000;
// Orders of one request, and of one function, sort in the order in which they came, also within a millisecond.
const nextAttemptId = monotonicFactory();

export type Acceptance =
  | { kind: 'queued'; orderId: string }
  | { kind: 'already-placed'; orderId: string; placedEventId: string }
  | { kind: 'order-conflict'; orderId: string };

/** What is to be done for one order: `insteadOf` is the refused attempt that `queued` follows. */
type Step = { acceptance: Acceptance; queued?: QueuedOrder; insteadOf?: string | undefined; isNew?: boolean };

/**
 * Puts orders on the queue, each once it is written down: what the queue holds is always known under its id. A crash
 * between the two leaves an order that nobody was told of; the same request again, or in the end the sweep, queues it
 * again, under the same attempt, so that it makes no difference whether it was queued before.
 */
export async function acceptOrders(
  store: Pick<IntakeStore, 'standing' | 'accept'>,
  queue: OrderQueue,
  contents: readonly OrderContent[],
  { channel, pricesItself, paymentWindowMinutes }: Channels[string],
  cause: Cause,
): Promise<Acceptance[]> {
  const { now, ...asked } = cause;
  const wanted = contents.map((content): QueuedOrder => ({
    orderId: orderIdOf(channel, content.externalOrderId),
    contentHash: contentHash(content),
    attemptId: nextAttemptId(now),
    acceptedAtMs: now,
    channel: { channel, pricesItself, paymentWindowMinutes },
    cause: asked,
    content,
  }));
  const steps = await retryOnConflict(patienceMs, async () => {
    const decided = await decideAll(store, wanted);
    const fresh = decided.flatMap(({ queued, insteadOf, isNew }) =>
      queued && isNew ? [{ record: acceptedRecord(queued), insteadOf }] : [],
    );
    return fresh.length === 0 || (await store.accept(fresh)) === 'done' ? decided : undefined;
  });
  await queue.send(steps.flatMap(({ queued }) => queued ?? []));
  return steps.map(({ acceptance }) => acceptance);
}

async function decideAll(store: Pick<IntakeStore, 'standing'>, wanted: readonly QueuedOrder[]): Promise<Step[]> {
  const standing = await store.standing([...new Set(wanted.map(({ orderId }) => orderId))]);
  const inThisRequest = new Map<string, QueuedOrder>();
  return wanted.map((queued): Step => {
    const { orderId } = queued;
    const { order, intake } = standing.get(orderId) ?? {};
    const earlier = inThisRequest.get(orderId);
    const known = order ?? earlier ?? (intake?.status === 'accepted' ? intake : undefined);
    if (known && known.contentHash !== queued.contentHash) return { acceptance: { kind: 'order-conflict', orderId } };
    if (order) return { acceptance: { kind: 'already-placed', orderId, placedEventId: order.placedEventId } };
    const acceptance = { kind: 'queued' as const, orderId };
    if (earlier) return { acceptance };
    inThisRequest.set(orderId, queued);
    if (intake?.status !== 'accepted') return { acceptance, queued, insteadOf: intake?.attemptId, isNew: true };
    const { attemptId, acceptedAt } = intake;
    return { acceptance, queued: { ...queued, attemptId, acceptedAtMs: Date.parse(acceptedAt) } };
  });
}
