import assert from 'node:assert';
import type { FieldError } from '../../../shared/contracts/problem.ts';
import { RefundRejected, RefundReturnReceived, ReturnReceived } from '../../../shared/contracts/refunds/events.ts';
import { returnMovementIdOf } from '../../../shared/ids.ts';
import { type Change, componentTotals, draftEvent, eventData, illegal, type Outcome } from '../refund/change.ts';
import {
  hasReturnedUnits,
  isReturnComplete,
  isReturnExpected,
  outstandingQuantity,
  rmaIdOf,
} from '../refund/expected-return.ts';
import { next } from '../refund/life-cycle.ts';
import type { Receipt, RefundItem, Returning } from '../refund/refund-item.ts';
import { type RefundLedger, release, reserve, settleUnpaidUnits, withUnshipped } from '../refund/refund-ledger.ts';
import { allocateReturn } from './return-allocation.ts';

/** Returns the warehouse that receives returns of goods shipped from `warehouse`. */
export type ReturnWarehouseOf = (warehouse: string) => string;

/** Applies a receipt once per receipt id. The last outstanding unit releases a refund that waits for the return. */
export function applyReceipt(
  refund: RefundItem,
  ledger: RefundLedger,
  receipt: Receipt,
  earlier: Receipt | undefined,
  returnWarehouseOf: ReturnWarehouseOf,
): Outcome {
  if (earlier?.contentHash === receipt.contentHash) return { kind: 'already-done', refund };
  if (earlier) return { kind: 'receipt-conflict', receiptId: receipt.receiptId };
  if (!isReturnExpected(refund.status)) return illegal(refund, 'received back');
  const errors = unknownLines(refund, receipt);
  if (errors.length > 0) return { kind: 'invalid', errors };
  const excess = excessLines(refund, receipt);
  if (excess.length > 0) return { kind: 'not-expected', lines: excess };

  const returning = refund.returning.map((line) => addReceived(line, receipt.units));
  const received: RefundItem = { ...refund, returning, version: refund.version + 1 };
  const isComplete = isReturnComplete(received);
  const settled =
    isComplete && refund.status === 'awaiting-return'
      ? settleReturn(received, ledger)
      : { refund: received, events: [] };
  const data = {
    ...eventData(settled.refund),
    rmaId: rmaIdOf(refund.refundId),
    receiptId: receipt.receiptId,
    units: eventUnits(refund, receipt, returnWarehouseOf),
    isComplete,
  };
  return { kind: 'changed', ...settled, receipt, events: [draftEvent(ReturnReceived, data), ...settled.events] };
}

/** Ends a return at its deadline: outstanding units count as missing. */
export function endReturn(refund: RefundItem, ledger: RefundLedger): Change {
  const returning = refund.returning.map((line) => ({ ...line, missing: line.missing + outstandingQuantity(line) }));
  return { kind: 'changed', ...settleReturn({ ...refund, returning, version: refund.version + 1 }, ledger) };
}

/** Approves the amount for the received units, or rejects the refund if that amount is 0. */
function settleReturn(
  refund: RefundItem,
  ledger: RefundLedger,
): Required<Pick<Change, 'refund' | 'ledger' | 'events'>> {
  const { legs, unpaidUnits, amountMinor, withheld } = allocateReturn(refund);
  const released = { ...refund.payouts.reduce(release, ledger), version: ledger.version + 1 };
  const status = next(refund.status, amountMinor === 0 ? 'reject' : 'receive');
  assert(status, `A refund that is ${refund.status} does not wait for a return`);
  if (amountMinor === 0) {
    const after: RefundItem = { ...refund, status, deadlineAt: undefined };
    const comment = hasReturnedUnits(refund) ? 'The fees are as high as the refund.' : 'Nothing came back.';
    const data = { ...eventData(after), by: 'policy', department: 'policy', comment };
    const events = [draftEvent(RefundRejected, data)];
    return {
      refund: after,
      ledger: withUnshipped(settleUnpaidUnits(released, unpaidUnits), refund.refundId, []),
      events,
    };
  }
  const after: RefundItem = {
    ...refund,
    status,
    amountMinor,
    payouts: legs.map((leg) => ({ ...leg, state: 'due', attempt: 0 })),
    deadlineAt: undefined,
  };
  const missing = after.returning.filter((line) => line.missing > 0);
  const data = {
    ...eventData(after),
    rmaId: rmaIdOf(after.refundId),
    pots: componentTotals(legs),
    unshipped: after.unshipped,
    missing: missing.map(({ lineId, sku, missing: quantity }) => ({ lineId, sku, quantity })),
    withheld,
  };
  return { refund: after, ledger: reserve(released, legs), events: [draftEvent(RefundReturnReceived, data)] };
}

function unknownLines({ returning }: RefundItem, { units }: Receipt): FieldError[] {
  const expected = new Set(returning.map(({ lineId }) => lineId));
  return units.flatMap(({ lineId }, index) =>
    expected.has(lineId)
      ? []
      : [{ pointer: `/units/${index}/lineId`, detail: `The return expects no units of line ${lineId}` }],
  );
}

/** Lines of which the receipt has more units than are outstanding. */
const excessLines = ({ returning }: RefundItem, { units }: Receipt) =>
  returning.flatMap((line) => {
    const own = units.filter(({ lineId }) => lineId === line.lineId);
    const received = own.reduce((sum, { quantity }) => sum + quantity, 0);
    const expected = outstandingQuantity(line);
    return received > expected ? [{ lineId: line.lineId, expected, received }] : [];
  });

function addReceived(line: Returning, units: Receipt['units']): Returning {
  const after = { ...line };
  for (const { lineId, quantity, disposition } of units) {
    if (lineId === line.lineId) after[disposition] += quantity;
  }
  return after;
}

/** The units of the event, with the warehouse and the movement id that stock posts them with. */
function eventUnits(
  { refundId, returning }: RefundItem,
  { receiptId, units, warehouse }: Receipt,
  returnWarehouseOf: ReturnWarehouseOf,
) {
  return units.flatMap(({ lineId, quantity, disposition, lot, note }, index) => {
    const line = returning.find((each) => each.lineId === lineId);
    if (!line) return [];
    const movementId = disposition === 'missing' ? undefined : returnMovementIdOf(rmaIdOf(refundId), receiptId, index);
    const where = { sku: line.sku, warehouse: warehouse ?? returnWarehouseOf(line.warehouse) };
    return [{ lineId, ...where, quantity, disposition, lot, note, movementId }];
  });
}
