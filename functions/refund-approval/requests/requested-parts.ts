import type { FieldError } from '../../../shared/contracts/problem.ts';
import type { RefundContent } from '../../../shared/contracts/refunds/refund-content.ts';
import type { RequestedParts } from '../refund/allocation.ts';
import type { OrderSnapshot, RefundSnapshot } from '../refund/order-snapshot.ts';

type Content = Omit<RefundContent, 'requestId' | 'orderId'>;
type Snapshot = Pick<RefundSnapshot, 'order' | 'ledger'>;

export const requestedParts = ({
  lines,
  charges,
  shippingMinor,
  taxMinor,
  overpaidMinor,
  goodwillMinor,
}: Content): RequestedParts => ({
  lines,
  charges,
  shippingMinor,
  taxMinor,
  overpaidMinor,
  goodwillMinor,
});

/** A request in another currency than the order's is for captures in it, of which every amount is overpaid. */
function currencyErrors({ order, ledger }: Snapshot, content: Content): FieldError[] {
  const { currency = order.currency, lines, charges, shippingMinor, taxMinor, goodwillMinor, exchange } = content;
  const error = (detail: string) => [{ pointer: '/currency', detail }];
  if (currency !== order.currency) return error(`The currency of this refund is ${order.currency}, and stays so`);
  if (ledger?.currency === undefined) return [];
  if (!order.payments.some((payment) => payment.type === 'payment.captured' && payment.currency === currency)) {
    return error(`Nothing was captured in ${currency}`);
  }
  const isOther = lines ?? charges ?? exchange ?? (shippingMinor || taxMinor || goodwillMinor || undefined);
  return isOther === undefined ? [] : error(`The order is not priced in ${currency}: request overpaidMinor only`);
}

/** Requested lines and charges that the order does not have. */
function unknownParts(order: OrderSnapshot, { lines = [], charges = [] }: Content): FieldError[] {
  const lineIds = new Set(order.lines.map(({ lineId }) => lineId));
  const chargeIds = new Set(order.charges.map(({ chargeId }) => chargeId));
  return [
    ...lines.flatMap(({ lineId }, index) =>
      lineIds.has(lineId) ? [] : [{ pointer: `/lines/${index}/lineId`, detail: `The order has no line ${lineId}` }],
    ),
    ...charges.flatMap(({ chargeId }, index) =>
      chargeIds.has(chargeId)
        ? []
        : [{ pointer: `/charges/${index}/chargeId`, detail: `The order has no charge ${chargeId}` }],
    ),
  ];
}

/** What a request names that the order does not have. */
export const invalidParts = (snapshot: Snapshot, content: Content): FieldError[] => [
  ...currencyErrors(snapshot, content),
  ...unknownParts(snapshot.order, content),
];
