import type { ReturnResponse } from '../../../shared/contracts/refunds/return-routes.ts';
import type { RefundPolicy } from '../../../shared/contracts/refunds/policy-routes.ts';
import type { RefundStatus } from '../../../shared/contracts/refunds/status.ts';
import {
  blockedUnits,
  remainingUnits,
  unitsOfLine,
  type UnshippedUnits,
} from '../../../shared/refunds/refunded-units.ts';
import type { OrderSnapshot } from './order-snapshot.ts';
import type { RefundItem, Returning, ReturnTerms } from './refund-item.ts';
import type { RefundLedger } from './refund-ledger.ts';
import { ownValue } from '../../../shared/input/own-value.ts';

const msPerDay = 86_400_000;

/** A refund has at most one return: the ids differ in the prefix only. */
export const rmaIdOf = (refundId: string): string => refundId.replace(/^ref_/, 'rma_');
export const refundIdOfReturn = (rmaId: string): string => rmaId.replace(/^rma_/, 'ref_');

type RequestedLines = {
  lines?: readonly { lineId: string; quantity: number }[] | undefined;
  /** @default true shipped units come back */
  restock?: boolean | undefined;
};

/** The requested units that were shipped and that no other refund expects back. */
export function returningUnits(
  order: OrderSnapshot,
  ledger: RefundLedger,
  { lines = [], restock = true }: RequestedLines,
): Returning[] {
  if (!restock) return [];
  return lines.flatMap(({ lineId, quantity }) => {
    const line = order.lines.find((each) => each.lineId === lineId);
    if (!line) return [];
    const returned = Math.min(quantity, shippedLeft(line, ledger));
    const { sku, warehouse } = line;
    return returned > 0 ? [{ lineId, sku, warehouse, quantity: returned, restock: 0, damaged: 0, missing: 0 }] : [];
  });
}

/** The requested units that are not shipped. Of a partly shipped line, the shipped units are refunded first. */
export const unshippedUnits = (
  order: OrderSnapshot,
  ledger: RefundLedger,
  { lines = [] }: RequestedLines,
): UnshippedUnits[] => {
  const blocked = blockedUnits(ledger.unshipped ?? [], order.cancellations);
  return lines.flatMap(({ lineId, quantity }) => {
    const line = order.lines.find((each) => each.lineId === lineId);
    if (!line) return [];
    const open = line.quantity - line.cancelledQuantity - line.shippedQuantity - unitsOfLine(blocked, lineId);
    const unshipped = Math.min(quantity - Math.min(quantity, shippedLeft(line, ledger)), open);
    return unshipped > 0 ? [{ lineId, quantity: unshipped, remaining: remainingUnits(line) }] : [];
  });
};

/** The shipped units of a line that no refund is for. */
function shippedLeft({ lineId, shippedQuantity }: OrderSnapshot['lines'][number], ledger: RefundLedger): number {
  const { refunded, pending } = ownValue(ledger.pots, `line:${lineId}`) ?? {};
  const units = (refunded?.quantity ?? 0) + (pending?.quantity ?? 0);
  const shipped = Math.max(0, units - unitsOfLine(ledger.unshipped ?? [], lineId));
  return Math.max(0, shippedQuantity - shipped);
}

export const returnTermsFor = (reason: string, { returns }: Pick<RefundPolicy, 'returns'>): ReturnTerms => {
  const isFree = returns.freeFor.includes(reason);
  return {
    windowDays: returns.windowDays,
    restockingBasisPoints: isFree ? 0 : returns.restockingBasisPoints,
    returnShippingMinor: isFree ? 0 : returns.returnShippingMinor,
  };
};

/** The return deadline of a refund that is approved at `now` (ms since the epoch). */
export const returnByOf = (terms: ReturnTerms | undefined, now: number): string | undefined =>
  terms && new Date(now + terms.windowDays * msPerDay).toISOString();

/** The deadline of a status: of the decision, or of the return. */
export function deadlineIn(status: RefundStatus, decideBy: string | undefined, returnBy: string | undefined) {
  if (status === 'pending-approval') return decideBy;
  return status === 'awaiting-return' ? returnBy : undefined;
}

export const outstandingQuantity = ({ quantity, restock, damaged, missing }: Returning) =>
  quantity - restock - damaged - missing;

export const isReturnComplete = ({ returning }: Pick<RefundItem, 'returning'>): boolean =>
  returning.every((line) => outstandingQuantity(line) === 0);

/** Whether any units came back. */
export const hasReturnedUnits = ({ returning }: Pick<RefundItem, 'returning'>): boolean =>
  returning.some(({ restock, damaged }) => restock + damaged > 0);

const isEndedUnpaid = (status: RefundStatus) => ['rejected', 'withdrawn', 'expired'].includes(status);

/** Whether receipts are accepted in this status. */
export const isReturnExpected = (status: RefundStatus) => status !== 'pending-approval' && !isEndedUnpaid(status);

export function returnStatusOf(refund: RefundItem): ReturnResponse['status'] {
  if (refund.status === 'pending-approval') return 'requested';
  if (isReturnComplete(refund)) return 'received';
  return isEndedUnpaid(refund.status) ? 'closed' : 'expected';
}
