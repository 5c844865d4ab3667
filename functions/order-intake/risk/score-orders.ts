import { OrderHeld } from '../../../shared/contracts/orders/life-cycle-events.ts';
import { type Change, changed, eventData, withStatus, draftEvent } from '../order/change.ts';
import { canBeHeld, next } from '../order/life-cycle.ts';
import type { OrderItem } from '../order/order-item.ts';
import { isOverdue } from '../order/deadlines.ts';
import { type Risk, type RiskPolicy, scoreRisk } from './risk-score.ts';
import {
  type CounterEntries,
  failuresOf,
  hasRiskRelevantPayments,
  riskInputHash,
  failureWindowCentre,
} from './risk-inputs.ts';
import {
  failuresNear,
  purchasesBefore,
  emptyCounter,
  ordersUpTo,
  type VelocityCounter,
  withPurchases,
  withEntries,
} from './velocity-counter.ts';

/** Entries of an order and the counter that includes them. */
type CounterMatch = CounterEntries & { counter: VelocityCounter };

/** A changed counter; `before` has the version that the write expects. */
export type CounterUpdate = { partition: string; before: VelocityCounter; after: VelocityCounter };

/** Result of an assessment: the order is put on hold, or it only has a new score. */
export type Assessment = Change | { kind: 'not-held'; order: OrderItem };

/** Whether the risk is stored at once. A score of 0 is stored with the order's next change, which saves a write. */
export const mustStoreRisk = (before: OrderItem, { risk }: OrderItem): boolean =>
  risk !== before.risk && (before.risk !== undefined || (risk?.score ?? 0) > 0 || hasRiskRelevantPayments(before));

/**
 * Adds orders to their counters, then scores each order by the updated counters; imported orders are only counted.
 * `purchases`: entries of orders that are not scored. `now` is in milliseconds.
 */
export function scoreOrders(
  orders: readonly { order: OrderItem; values: CounterEntries[] }[],
  purchases: readonly CounterEntries[],
  stored: ReadonlyMap<string, VelocityCounter>,
  policy: RiskPolicy,
  now: number,
) {
  const entriesByPartition = byPartition(orders.flatMap(({ values }) => values));
  const purchasesByPartition = byPartition(purchases);
  const after = new Map(stored);
  const updates: CounterUpdate[] = [];
  for (const partition of new Set([...entriesByPartition.keys(), ...purchasesByPartition.keys()])) {
    const before = stored.get(partition) ?? emptyCounter;
    const counted = withEntries(before, entriesAt(entriesByPartition, partition), policy.windowMinutes * 60_000);
    const all = withPurchases(counted, entriesAt(purchasesByPartition, partition));
    // One write per counter, so one version however many entries are new.
    const counter = all === before ? before : { ...all, version: before.version + 1 };
    after.set(partition, counter);
    if (counter !== before) updates.push({ partition, before, after: counter });
  }
  const scored = orders.map(({ order, values }) => {
    const matches = values.map((value) => ({ ...value, counter: after.get(value.partition) ?? emptyCounter }));
    return { order, assessment: scoreOrder(order, matches, policy, now) };
  });
  return { scored, updates };
}

const byPartition = (entries: readonly CounterEntries[]) => Map.groupBy(entries, ({ partition }) => partition);
const entriesAt = (grouped: ReadonlyMap<string, CounterEntries[]>, partition: string) =>
  (grouped.get(partition) ?? []).flatMap(({ entries }) => entries);

function scoreOrder(order: OrderItem, matches: readonly CounterMatch[], policy: RiskPolicy, now: number): Assessment {
  // An overdue order expires. If it was paid in time after all, it is assessed before it ships.
  if (order.imported || isOverdue(order, now)) return { kind: 'not-held', order };
  const risk = scoreRisk(signalsOf(order, matches, policy.windowMinutes * 60_000), policy);
  return holdIfRisky(order, risk, now);
}

function signalsOf(order: OrderItem, matches: readonly CounterMatch[], windowMs: number) {
  const ordersInWindow: Partial<Record<CounterMatch['kind'], number>> = {};
  // A guest without an email has no counter, so the order's own failed payments are added here.
  const failures = new Set(failuresNear(failuresOf(order), failureWindowCentre(order), windowMs));
  let history = { orders: 0, totalMinor: 0 };
  for (const { kind, entries, counter } of matches) {
    const [own] = entries;
    if (!own) continue;
    // An order may have been paid with several cards.
    ordersInWindow[kind] = Math.max(ordersInWindow[kind] ?? 0, ordersUpTo(counter, own, windowMs));
    for (const id of failuresNear(counter.entries.values(), failureWindowCentre(order), windowMs)) failures.add(id);
    if (kind === 'customer') history = purchasesBefore(counter, own, order.currency);
  }
  return {
    totalMinor: order.totalMinor,
    currency: order.currency,
    email: order.customer.email,
    shippingCountry: order.shippingAddress.country,
    billingCountry: order.billingAddress?.country,
    ordersInWindow,
    failuresInWindow: failures.size,
    history,
  };
}

/** Holds an order for its risk once: not after staff accepted the risk, and not in a state without holds. */
function holdIfRisky(order: OrderItem, { score, decision, reasons }: Risk, now: number): Assessment {
  const assessedAt = new Date(now).toISOString();
  const risk = { ...order.risk, score, reasons, assessedAt, facts: riskInputHash(order) };
  const assessed = { ...order, risk };
  const reasonsBefore = order.holdReasons ?? [];
  const status = next(order.status, 'hold') ?? order.status;
  if (decision === 'accept' || !canBeHeld(status) || order.risk?.isAccepted || reasonsBefore.includes('risk')) {
    return { kind: 'not-held', order: assessed };
  }
  const holdReasons = [...reasonsBefore, 'risk'];
  const held = withStatus({ ...assessed, holdReasons }, status);
  return changed(held, [draftEvent(OrderHeld, { ...eventData(held), reasons: holdReasons })]);
}
