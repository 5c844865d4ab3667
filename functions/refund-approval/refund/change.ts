import type { RefundPolicy } from '../../../shared/contracts/refunds/policy-routes.ts';
import { ownValue } from '../../../shared/input/own-value.ts';
import {
  type Cause,
  type DataOf,
  type EventDefinition,
  type Metadata,
  type NewEvent,
  newEvent,
} from '../../../shared/contracts/define-event.ts';
import type { FieldError } from '../../../shared/contracts/problem.ts';
import { RefundCaseClosed } from '../../../shared/contracts/refunds/events.ts';
import type { RefundStatus } from '../../../shared/contracts/refunds/status.ts';
import { roundHalfUp } from '../../../shared/money.ts';
import { lineComponent } from '../../../shared/refunds/component-values.ts';
import { unitsOfLine } from '../../../shared/refunds/refunded-units.ts';
import type { Shortage } from './allocation.ts';
import { endsCase } from './life-cycle.ts';
import type { Receipt, RefundItem } from './refund-item.ts';
import { type Leg, type RefundLedger, release, withUnshipped } from './refund-ledger.ts';

/** The next version of a refund, of its order's ledger if amounts are reserved or released, and the events. */
export type Change = {
  kind: 'changed';
  refund: RefundItem;
  ledger?: RefundLedger | undefined;
  /** A receipt of returned goods. */
  receipt?: Receipt;
  events: DraftEvent[];
};

/** Why a person may not decide on a refund. */
export type DecisionRefusal = 'own-request' | 'same-department' | 'above-limit' | 'no-limit';

/** Why a department cannot approve a refund; undefined if it can. */
export function departmentRefusal(
  { approvals, amountMinor }: Pick<RefundItem, 'approvals' | 'amountMinor'>,
  department: string,
  limits: RefundPolicy['limits'],
): DecisionRefusal | undefined {
  if (approvals.some((approval) => approval.department === department)) return 'same-department';
  const limit = ownValue(limits, department);
  if (limit === undefined) return 'no-limit';
  return amountMinor > limit ? 'above-limit' : undefined;
}

/** The result of a command. `already-done`: the same command with the same content was applied before. */
export type Outcome =
  | Change
  | { kind: 'already-done'; refund: RefundItem }
  | { kind: 'illegal'; status: RefundStatus; wanted: string }
  | { kind: 'refund-conflict'; refundId: string }
  | { kind: 'not-refundable'; pots: Shortage[] }
  | { kind: 'chargeback-open' }
  | { kind: 'already-rated' }
  | { kind: 'not-allowed'; reason: DecisionRefusal; detail: string }
  | { kind: 'receipt-conflict'; receiptId: string }
  | { kind: 'not-expected'; lines: { lineId: string; expected: number; received: number }[] }
  /** The replacement of an exchange is out of stock. */
  | { kind: 'out-of-stock'; lines: { sku: string; requested: number; available: number }[] }
  | { kind: 'invalid'; type?: string; errors: FieldError[] };

/** An event that gets its id and its cause when it is written. */
export type DraftEvent = (cause: Cause) => NewEvent;
export const draftEvent =
  <E extends EventDefinition>(definition: E, data: DataOf<E>): DraftEvent =>
  (cause) =>
    newEvent(definition, data, cause);

/** The actor of changes that no person requested. */
export const actor = 'storeworks.refund-approval';

/** The cause of a change that follows from an event. `now` in ms since the epoch. */
export const causedBy = ({ eventId, correlationId }: Metadata, now: number): Cause => ({
  actor,
  correlationId,
  causationId: eventId,
  now,
});

export const illegal = ({ status }: RefundItem, wanted: string): Outcome => ({ kind: 'illegal', status, wanted });

/** Ends a refund that pays nothing: its reserved amounts are refundable again. */
export function endUnpaid(
  refund: RefundItem,
  ledger: RefundLedger,
  status: RefundStatus,
  eventOf: (after: RefundItem) => DraftEvent,
): Change {
  const after: RefundItem = { ...refund, status, deadlineAt: undefined, version: refund.version + 1 };
  const released = refund.payouts.reduce(release, ledger);
  const version = ledger.version + 1;
  return {
    kind: 'changed',
    refund: after,
    ledger: { ...withUnshipped(released, refund.refundId, []), version },
    events: [eventOf(after)],
  };
}

/** Closes the customer's case with the first change that ends it. */
export function closeCase(change: Change, now: number): Change {
  const { refund, events } = change;
  if (!endsCase(refund.status) || refund.closedAt !== undefined) return change;
  const closed = { ...refund, closedAt: new Date(now).toISOString() };
  return { ...change, refund: closed, events: [...events, draftEvent(RefundCaseClosed, eventData(closed))] };
}

/** The fields of every refund event, after the change. */
export const eventData = (refund: RefundItem) => ({
  refundId: refund.refundId,
  orderId: refund.orderId,
  externalOrderId: refund.externalOrderId,
  channel: refund.channel,
  currency: refund.currency,
  status: refund.status,
  reason: refund.reason,
  amountMinor: refund.amountMinor,
  version: refund.version,
});

/** The fields of events with the policy's decision. */
export const judgedEventData = (refund: RefundItem) => ({
  ...eventData(refund),
  pots: componentTotals(refund.payouts),
  unshipped: refund.unshipped,
  rule: refund.policy.rule,
  policyVersion: refund.policy.version,
  approvalsNeeded: refund.policy.approvalsNeeded,
  requestedBy: refund.requestedBy,
});

/** The amounts of the legs, summed by component. */
export function componentTotals(legs: readonly Pick<Leg, 'draws'>[]) {
  const byComponent = Map.groupBy(
    legs.flatMap(({ draws }) => draws),
    ({ pot }) => pot,
  );
  return [...byComponent].map(([pot, allocations]) => ({
    pot,
    amountMinor: allocations.reduce((sum, { minor }) => sum + minor, 0),
    taxMinor: allocations.reduce((sum, { taxMinor }) => sum + taxMinor, 0),
    quantity: allocations.reduce((sum, { quantity }) => sum + quantity, 0),
  }));
}

/** The components that were paid back, with what reports need of their lines. */
export function settledFields({ sale, payouts, unshipped = [] }: RefundItem, legs: readonly Pick<Leg, 'draws'>[]) {
  const totals = componentTotals(legs);
  if (!sale) return { pots: totals };
  const { lines, ...terms } = sale;
  const byComponent = new Map(lines.map((line) => [lineComponent(line), line]));
  const ofRefund = new Map(componentTotals(payouts).map(({ pot, quantity }) => [pot, quantity]));
  const pots = totals.map((component) => {
    const line = byComponent.get(component.pot);
    if (!line) return component;
    const { sku, category } = line;
    const discountMinor = prorated(line.discountMinor, component.quantity, line.quantity);
    const units = unitsOfLine(unshipped, line.lineId);
    const part = prorated(component.amountMinor, units, ofRefund.get(component.pot) ?? 0);
    const cancelled = { unshippedMinor: part, unshippedQuantity: Math.min(component.quantity, units) };
    return Object.assign({}, component, { sku, category, discountMinor }, units > 0 && cancelled);
  });
  return { pots, sale: terms };
}

/** The part of an amount that belongs to `part` of `whole` units. */
const prorated = (amountMinor: number, part: number, whole: number): number =>
  part >= whole ? amountMinor : roundHalfUp(BigInt(amountMinor) * BigInt(part), BigInt(whole));
