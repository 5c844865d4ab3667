import { allocate } from '../money.ts';

/** The members of an order on which the values of its refundable components depend. */
export type ValuedOrder = {
  status: string;
  lines: readonly ValuedLine[];
  charges?: readonly { chargeId: string; amountMinor: number }[] | undefined;
  shippingMinor: number;
  taxMinor: number;
  taxIncluded: boolean;
  totalMinor: number;
  cancelledMinor?: number | undefined;
};
type ValuedLine = {
  lineId: string;
  quantity: number;
  totalMinor: number;
  taxMinor: number;
  cancelledQuantity?: number | undefined;
  refundedQuantity?: number | undefined;
};
type Value = { minor: number; taxMinor: number; quantity: number };

const nothing: Value = { minor: 0, taxMinor: 0, quantity: 0 };
export const lineComponent = ({ lineId }: { lineId: string }): string => `line:${lineId}`;
export const chargeComponent = (chargeId: string): string => `charge:${chargeId}`;
const paymentPrefix = 'payment:';
/** The component of a payment. `paymentKey` is `<provider>/<paymentId>`. */
export const componentOfPaymentKey = (paymentKey: string): string => `${paymentPrefix}${paymentKey}`;
export const paymentComponent = ({ provider, paymentId }: { provider: string; paymentId: string }): string =>
  componentOfPaymentKey(`${provider}/${paymentId}`);
export const isPaymentComponent = (pot: string): boolean => pot.startsWith(paymentPrefix);
/** A provider has no slash in its name; the id of a payment may have one. */
export function paymentOfComponent(pot: string): { provider: string; paymentId: string } {
  const key = pot.slice(paymentPrefix.length);
  const slash = key.indexOf('/');
  return { provider: key.slice(0, slash), paymentId: key.slice(slash + 1) };
}
/** The component of money that was captured beyond the amount due. */
export const overpaidComponent = 'overpaid';

/**
 * The current value of what an order sells: each line, charge and the shipping. An expired order has nothing due, also
 * where its payment was captured after it expired.
 */
export function componentValues(order: ValuedOrder): { pot: string; value: Value }[] {
  const isDue = dueMinorOf(order) !== 0;
  const shippingTaxMinor = order.taxMinor - sum(order.lines.map(({ taxMinor }) => taxMinor));
  const shipping = {
    minor: order.shippingMinor + (order.taxIncluded ? 0 : shippingTaxMinor),
    taxMinor: shippingTaxMinor,
    quantity: 0,
  };
  return [
    ...order.lines.map((line) => ({ pot: lineComponent(line), value: isExpired(order) ? nothing : valueOf(line) })),
    ...(order.charges ?? []).map(({ chargeId, amountMinor: minor }) => ({
      pot: chargeComponent(chargeId),
      value: isDue ? { ...nothing, minor } : nothing,
    })),
    { pot: 'shipping', value: isDue ? shipping : nothing },
  ];
}

const isExpired = ({ status }: ValuedOrder): boolean => status === 'expired';
export const dueMinorOf = (order: ValuedOrder): number =>
  isExpired(order) ? 0 : order.totalMinor - (order.cancelledMinor ?? 0);

/** The value of units that were cancelled because of their refund: nothing is due for them, but they are not overpaid. */
export const refundedUnitsMinor = (order: ValuedOrder): number =>
  isExpired(order)
    ? 0
    : sum(order.lines.map((line) => valueOf(line).minor - valueOf({ ...line, refundedQuantity: 0 }).minor));

/**
 * The value of the line's units that are not cancelled, rounded as the cancellation rounded it. Units that were cancelled
 * because of their refund still count, as their refund does.
 */
function valueOf(line: ValuedLine): Value {
  const { totalMinor, taxMinor, quantity } = line;
  const cancelledQuantity = (line.cancelledQuantity ?? 0) - (line.refundedQuantity ?? 0);
  const left = quantity - cancelledQuantity;
  const remainingOf = (whole: number) => whole - (allocate(whole, [cancelledQuantity, left])[0] ?? 0);
  return { minor: remainingOf(totalMinor), taxMinor: remainingOf(taxMinor), quantity: left };
}

const sum = (amounts: readonly number[]) => amounts.reduce((total, amount) => total + amount, 0);
