import { OrderHeld } from '../../../shared/contracts/orders/life-cycle-events.ts';
import { type Change, changed, factsOf, moved, draftEvent } from '../order/change.ts';
import { canBeHeld, next } from '../order/life-cycle.ts';
import type { OrderItem } from '../order/order-item.ts';
import { isOverdue } from '../order/payment.ts';
import { type Risk, type RiskPolicy, scoreRisk } from './risk.ts';
import { type Counted, failuresOf, hasTellingPayments, riskFactsOf, riskTimeOf } from './risk-facts.ts';
import { failuresNear, historyBefore, noTally, ordersUpTo, type Tally, withBought, withEntries } from './risk-tally.ts';

/** What is counted of an order under one of its values, and what was found there. */
type Found = Counted & { tally: Tally };

/** A tally to write in the place of the one before. */
export type Counting = { partition: string; before: Tally; after: Tally };

/** What becomes of an order whose risk is known: it is held, or the risk is noted and nobody is told. */
export type Assessment = Change | { kind: 'noted'; order: OrderItem };

/**
 * Whether the risk has to be written down at once, and not with the order's next change by hand. Nothing speaks against
 * most orders, and each would cost a write to say so.
 */
export const isWorthNoting = (before: OrderItem, { risk }: OrderItem): boolean =>
  risk !== before.risk && (before.risk !== undefined || (risk?.score ?? 0) > 0 || hasTellingPayments(before));

/**
 * Counts orders under their values and judges each by all that is known there then, the others included; imported ones
 * are counted only. `bought`: of others, what is bought of them by now. Gives the tallies that this changes. `now` is in
 * milliseconds.
 */
export function weigh(
  orders: readonly { order: OrderItem; counted: Counted[] }[],
  bought: readonly Counted[],
  known: ReadonlyMap<string, Tally>,
  policy: RiskPolicy,
  now: number,
) {
  const countedAt = byPartition(orders.flatMap(({ counted }) => counted));
  const boughtAt = byPartition(bought);
  const after = new Map(known);
  const countings: Counting[] = [];
  for (const partition of new Set([...countedAt.keys(), ...boughtAt.keys()])) {
    const before = known.get(partition) ?? noTally;
    const counted = withEntries(before, entriesAt(countedAt, partition));
    const all = withBought(counted, entriesAt(boughtAt, partition));
    // However much is new in it, it is written once.
    const tally = all === before ? before : { ...all, version: before.version + 1 };
    after.set(partition, tally);
    if (tally !== before) countings.push({ partition, before, after: tally });
  }
  const judged = orders.map(({ order, counted }) => {
    const found = counted.map((value) => ({ ...value, tally: after.get(value.partition) ?? noTally }));
    return { order, assessment: assess(order, found, policy, now) };
  });
  return { judged, countings };
}

const byPartition = (counted: readonly Counted[]) => Map.groupBy(counted, ({ partition }) => partition);
const entriesAt = (counted: ReadonlyMap<string, Counted[]>, partition: string) =>
  (counted.get(partition) ?? []).flatMap(({ entries }) => entries);

/** Judges an order by all that was found of its values. `now` is in milliseconds. */
function assess(order: OrderItem, found: readonly Found[], policy: RiskPolicy, now: number): Assessment {
  // One whose time for payment is over expires, or else was paid in time, and is judged before it is shipped.
  if (order.imported || isOverdue(order, now)) return { kind: 'noted', order };
  const risk = scoreRisk(signalsOf(order, found, policy.windowMinutes * 60_000), policy);
  return withRisk(order, risk, now);
}

function signalsOf(order: OrderItem, found: readonly Found[], windowMs: number) {
  const ordersInWindow: Partial<Record<Found['kind'], number>> = {};
  // Its own count also where there is no value to count them under, as of a guest.
  const failures = new Set(failuresNear(failuresOf(order), riskTimeOf(order), windowMs));
  let history = { orders: 0, totalMinor: 0 };
  for (const { kind, entries, tally } of found) {
    const [own] = entries;
    if (!own) continue;
    // An order may have been paid with several cards.
    ordersInWindow[kind] = Math.max(ordersInWindow[kind] ?? 0, ordersUpTo(tally, own, windowMs));
    for (const id of failuresNear(tally.entries.values(), riskTimeOf(order), windowMs)) failures.add(id);
    if (kind === 'customer') history = historyBefore(tally, own, order.currency);
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

/** An order is held once: what staff let go on, what was held already and what is over stays as it is. */
function withRisk(order: OrderItem, { score, decision, reasons }: Risk, now: number): Assessment {
  const assessedAt = new Date(now).toISOString();
  const risk = { ...order.risk, score, reasons, assessedAt, facts: riskFactsOf(order) };
  const noted = { ...order, risk };
  const reasonsBefore = order.holdReasons ?? [];
  const status = next(order.status, 'hold') ?? order.status;
  if (decision === 'accept' || !canBeHeld(status) || order.risk?.isAccepted || reasonsBefore.includes('risk')) {
    return { kind: 'noted', order: noted };
  }
  const holdReasons = [...reasonsBefore, 'risk'];
  const held = moved({ ...noted, holdReasons }, status);
  return changed(held, [draftEvent(OrderHeld, { ...factsOf(held), reasons: holdReasons })]);
}
