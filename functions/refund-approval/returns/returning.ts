import assert from 'node:assert';
import { RefundRejected, RefundReturnReceived, ReturnReceived } from '../../../shared/contracts/refunds/events.ts';
import type { FieldError } from '../../../shared/contracts/problem.ts';
import type { ReturnResponse } from '../../../shared/contracts/refunds/return-routes.ts';
import { returnMovementIdOf } from '../../../shared/ids.ts';
import type { RefundStatus } from '../../../shared/contracts/refunds/status.ts';
import { type Change, eventData, illegal, type Outcome, componentTotals, draftEvent } from '../refund/change.ts';
import { next } from '../refund/life-cycle.ts';
import type { OrderSnapshot } from '../refund/order-snapshot.ts';
import type { RefundPolicy } from '../requests/judge.ts';
import { type RefundLedger, release, reserve, settleUnpaidUnits } from '../refund/refund-ledger.ts';
import type { Receipt } from './receipt.ts';
import type { RefundItem, Returning, ReturnTerms } from '../refund/refund-item.ts';
import { withhold } from './withholding.ts';

const msPerDay = 86_400_000;

/** A refund has one return at most: their ids differ in what they begin with. */
export const rmaIdOf = (refundId: string): string => refundId.replace(/^ref_/, 'rma_');
export const refundOfReturn = (rmaId: string): string => rmaId.replace(/^rma_/, 'ref_');

type Wanted = { lines?: readonly { lineId: string; quantity: number }[] | undefined; restock?: boolean | undefined };

/** Units that left the house come back, unless the request says that they stay with the customer. */
export function returningOf(order: OrderSnapshot, account: RefundLedger, { lines = [], restock = true }: Wanted): Returning[] {
  if (!restock) return [];
  return lines.flatMap(({ lineId, quantity }) => {
    const line = order.lines.find((each) => each.lineId === lineId);
    if (!line) return [];
    const { refunded, pending } = account.pots[`line:${lineId}`] ?? {};
    // Of units that were shipped, other refunds of the line have their part.
    const left = line.shippedQuantity - (refunded?.quantity ?? 0) - (pending?.quantity ?? 0);
    const out = Math.min(quantity, Math.max(0, left));
    const { sku, warehouse } = line;
    return out > 0 ? [{ lineId, sku, warehouse, quantity: out, restock: 0, damaged: 0, missing: 0 }] : [];
  });
}

export const termsFor = (reason: string, { returns }: Pick<RefundPolicy, 'returns'>): ReturnTerms => {
  const isFree = returns.freeFor.includes(reason);
  return {
    windowDays: returns.windowDays,
    restockingBasisPoints: isFree ? 0 : returns.restockingBasisPoints,
    returnShippingMinor: isFree ? 0 : returns.returnShippingMinor,
  };
};

/** Until when the goods of a refund are awaited that is agreed to now. */
export const returnByOf = (terms: ReturnTerms | undefined, now: number): string | undefined =>
  terms && new Date(now + terms.windowDays * msPerDay).toISOString();

/** Until when somebody must decide, or the goods must be back. */
export function deadlineIn(status: RefundItem['status'], decideBy: string | undefined, returnBy: string | undefined) {
  if (status === 'pending-approval') return decideBy;
  return status === 'awaiting-return' ? returnBy : undefined;
}

const outstanding = ({ quantity, restock, damaged, missing }: Returning) => quantity - restock - damaged - missing;
const isComplete = ({ returning }: RefundItem) => returning.every((each) => outstanding(each) === 0);
export const hasArrived = ({ returning }: Pick<RefundItem, 'returning'>): boolean =>
  returning.some(({ restock, damaged }) => restock + damaged > 0);

const isOver = (status: RefundStatus) => ['rejected', 'withdrawn', 'expired'].includes(status);
const isExpected = (status: RefundStatus) => status !== 'pending-approval' && !isOver(status);

export function returnStatusOf(refund: RefundItem): ReturnResponse['status'] {
  if (refund.status === 'pending-approval') return 'requested';
  if (isComplete(refund)) return 'received';
  return isOver(refund.status) ? 'closed' : 'expected';
}

/** Which warehouse takes back what came from this one. */
export type Destination = (warehouse: string) => string;

/** Takes down what a parcel brought, once under each receipt id; the money that waits for the last unit then goes out. */
export function receive(
  refund: RefundItem,
  account: RefundLedger,
  receipt: Receipt,
  earlier: Receipt | undefined,
  destinationOf: Destination,
): Outcome {
  if (earlier?.contentHash === receipt.contentHash) return { kind: 'already-done', refund };
  if (earlier) return { kind: 'receipt-conflict', receiptId: receipt.receiptId };
  if (!isExpected(refund.status)) return illegal(refund, 'received back');
  const errors = unknownLines(refund, receipt);
  if (errors.length > 0) return { kind: 'invalid', errors };
  const excess = excessOf(refund, receipt);
  if (excess.length > 0) return { kind: 'not-expected', lines: excess };

  const returning = refund.returning.map((line) => added(line, receipt.units));
  const received: RefundItem = { ...refund, returning, version: refund.version + 1 };
  const isLast = isComplete(received);
  const settled =
    isLast && refund.status === 'awaiting-return' ? settle(received, account) : { refund: received, events: [] };
  const told = {
    ...eventData(settled.refund),
    rmaId: rmaIdOf(refund.refundId),
    receiptId: receipt.receiptId,
    units: unitsOf(refund, receipt, destinationOf),
    isComplete: isLast,
  };
  return { kind: 'changed', ...settled, receipt, events: [draftEvent(ReturnReceived, told), ...settled.events] };
}

/** Ends the wait for goods of which some never came: they are missing. */
export function stopWaiting(refund: RefundItem, account: RefundLedger): Change {
  const returning = refund.returning.map((line) => ({ ...line, missing: line.missing + outstanding(line) }));
  return { kind: 'changed', ...settle({ ...refund, returning, version: refund.version + 1 }, account) };
}

/** Approves what is left of a refund whose goods are back; where nothing is left the policy rejects it, and keeps the goods. */
function settle(refund: RefundItem, account: RefundLedger): Required<Pick<Change, 'refund' | 'account' | 'events'>> {
  const { legs, free, amountMinor, withheld } = withhold(refund);
  const freed = { ...refund.payouts.reduce(release, account), version: account.version + 1 };
  const status = next(refund.status, amountMinor === 0 ? 'reject' : 'receive');
  assert(status, `A refund that is ${refund.status} does not wait for goods`);
  if (amountMinor === 0) {
    const after: RefundItem = { ...refund, status, deadlineAt: undefined };
    const comment = hasArrived(refund) ? 'The fees are as high as the refund.' : 'Nothing came back.';
    const rejected = { ...eventData(after), by: 'policy', department: 'policy', comment };
    return { refund: after, ledger: settleUnpaidUnits(freed, free), events: [draftEvent(RefundRejected, rejected)] };
  }
  const after: RefundItem = {
    ...refund,
    status,
    amountMinor,
    payouts: legs.map((leg) => ({ ...leg, state: 'due', attempt: 0 })),
    deadlineAt: undefined,
  };
  const missing = after.returning.filter((line) => line.missing > 0);
  const told = {
    ...eventData(after),
    rmaId: rmaIdOf(after.refundId),
    pots: componentTotals(legs),
    missing: missing.map(({ lineId, sku, missing: quantity }) => ({ lineId, sku, quantity })),
    withheld,
  };
  return { refund: after, ledger: reserve(freed, legs), events: [draftEvent(RefundReturnReceived, told)] };
}

function unknownLines({ returning }: RefundItem, { units }: Receipt): FieldError[] {
  const expected = new Set(returning.map(({ lineId }) => lineId));
  return units.flatMap(({ lineId }, index) =>
    expected.has(lineId)
      ? []
      : [{ pointer: `/units/${index}/lineId`, detail: `Nothing of a line ${lineId} is expected back` }],
  );
}

/** Lines of which a receipt brings more than is expected yet. */
const excessOf = ({ returning }: RefundItem, { units }: Receipt) =>
  returning.flatMap((line) => {
    const own = units.filter(({ lineId }) => lineId === line.lineId);
    const received = own.reduce((sum, { quantity }) => sum + quantity, 0);
    const expected = outstanding(line);
    return received > expected ? [{ lineId: line.lineId, expected, received }] : [];
  });

function added(line: Returning, units: Receipt['units']): Returning {
  const after = { ...line };
  for (const { lineId, quantity, disposition } of units) {
    if (lineId === line.lineId) after[disposition] += quantity;
  }
  return after;
}

/** What stock has to book, and where. */
function unitsOf({ refundId, returning }: RefundItem, { receiptId, units, warehouse }: Receipt, to: Destination) {
  return units.flatMap(({ lineId, quantity, disposition, lot, note }, index) => {
    const line = returning.find((each) => each.lineId === lineId);
    if (!line) return [];
    const movementId = disposition === 'missing' ? undefined : returnMovementIdOf(rmaIdOf(refundId), receiptId, index);
    const where = { sku: line.sku, warehouse: warehouse ?? to(line.warehouse) };
    return [{ lineId, ...where, quantity, disposition, lot, note, movementId }];
  });
}
