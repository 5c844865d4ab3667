import type { Cause } from '../../../shared/contracts/define-event.ts';
import type { OrderContent } from '../../../shared/contracts/orders/routes.ts';
import { retryOnConflict } from '../../../shared/dynamodb/retry-on-conflict.ts';
import { contentHash, orderIdOf } from '../../../shared/ids.ts';
import { hasHash, isSameOrder, orderHash } from '../../../shared/orders/equal-order.ts';
import { type Channels, PlacingChannel } from '../../../shared/store.ts';
import { acceptedRecord, type IntakeRecord, messageOf, type QueuedOrder } from './intake-item.ts';
import type { IntakeState, IntakeStore } from './intake-store.ts';
import type { OrderQueue } from './order-queue.ts';
import { quotaCounterOf, shareOf } from './queue-quota.ts';

const retryBudgetMs = 4000;

export type Acceptance =
  | { kind: 'queued'; orderId: string }
  | { kind: 'already-placed'; orderId: string; placedEventId: string }
  | { kind: 'order-conflict'; orderId: string; placedEventId?: string | undefined };

type Placed = NonNullable<IntakeState['order']>;

/** `queued` is sent to the queue; if `isNew`, its record is written first and replaces the refused attempt `replaces`. */
type AcceptanceDecision = {
  acceptance: Acceptance;
  queued?: QueuedOrder;
  isNew?: boolean;
  replaces?: string | undefined;
};

export type AcceptanceStore = Pick<IntakeStore, 'nextAttemptId' | 'states' | 'accept' | 'countQueued'>;

/**
 * Writes a record of each new order and then sends the orders to the queue. After a crash in between, the next request
 * for the order or `resendAccepted` sends it with the same attempt id, so that a duplicate message has no effect.
 * `over-quota`: the channel has too many queued orders, and none was written.
 */
export async function acceptOrders(
  store: AcceptanceStore,
  queue: OrderQueue,
  contents: readonly OrderContent[],
  { maxQueuedOrders = Infinity, ...settings }: Channels[string],
  { now, ...cause }: Cause,
): Promise<Acceptance[] | 'over-quota'> {
  const placing = PlacingChannel.parse(settings);
  const { channel } = placing;
  const [first] = contents;
  const counter = first && quotaCounterOf(orderIdOf(channel, first.externalOrderId), now);
  const requested = contents.map((content): QueuedOrder => ({
    orderId: orderIdOf(channel, content.externalOrderId),
    contentHash: orderHash(content),
    sentHash: contentHash(content),
    attemptId: store.nextAttemptId(now),
    acceptedAtMs: now,
    countedIn: counter,
    channel: placing,
    cause,
    content,
  }));
  let counted = 0;
  const decisions = await retryOnConflict(retryBudgetMs, async () => {
    const states = await store.states([...new Set(requested.map(({ orderId }) => orderId))]);
    const decided = decideAcceptances(requested, states);
    const fresh = decided.flatMap(({ queued, isNew, replaces }) =>
      queued && isNew ? [{ record: acceptedRecord(queued), replaces }] : [],
    );
    if (counter !== undefined && fresh.length > counted && maxQueuedOrders !== Infinity) {
      const outcome = await store.countQueued(
        { channel, counter },
        fresh.length - counted,
        shareOf(maxQueuedOrders),
        now,
      );
      if (outcome === 'full') return 'over-quota';
      counted = fresh.length;
    }
    return fresh.length === 0 || (await store.accept(fresh)) === 'done' ? decided : undefined;
  });
  if (decisions === 'over-quota') return decisions;
  await queue.send(decisions.flatMap(({ queued }) => queued ?? []));
  return decisions.map(({ acceptance }) => acceptance);
}

function placedBefore({ contentHash: stored, placedEventId }: Placed, { orderId, ...hashes }: QueuedOrder): Acceptance {
  return { kind: hasHash(stored, hashes) ? 'already-placed' : 'order-conflict', orderId, placedEventId };
}

const isSame = (existing: QueuedOrder | IntakeRecord, { content, channel, ...hashes }: QueuedOrder) =>
  hasHash(existing.contentHash, hashes) || ('content' in existing && isSameOrder(existing.content, content, channel));

/** Decides the orders of one request; the same order may be in it twice. `states` is by order id. */
function decideAcceptances(
  requested: readonly QueuedOrder[],
  states: ReadonlyMap<string, IntakeState>,
): AcceptanceDecision[] {
  const inThisRequest = new Map<string, QueuedOrder>();
  return requested.map((queued): AcceptanceDecision => {
    const { orderId } = queued;
    const { order, intake } = states.get(orderId) ?? {};
    const duplicate = inThisRequest.get(orderId);
    if (order) return { acceptance: placedBefore(order, queued) };
    const accepted = intake?.status === 'accepted' ? intake : undefined;
    const existing = duplicate ?? (accepted && (messageOf(accepted) ?? accepted));
    if (existing && !isSame(existing, queued)) return { acceptance: { kind: 'order-conflict', orderId } };
    const acceptance = { kind: 'queued' as const, orderId };
    if (duplicate) return { acceptance };
    inThisRequest.set(orderId, queued);
    if (intake?.status !== 'accepted') return { acceptance, queued, isNew: true, replaces: intake?.attemptId };
    const { attemptId, acceptedAt } = intake;
    const { countedIn } = messageOf(intake) ?? {};
    return { acceptance, queued: { ...queued, attemptId, countedIn, acceptedAtMs: Date.parse(acceptedAt) } };
  });
}
