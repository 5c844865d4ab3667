import type { Cancellation } from './invoices.ts';

/** An order of a customer as the back office took it. Amounts in pence. */
export type TakenOrder = {
  orderId: string;
  customerId: string;
  placedAt: string;
  totalMinor: number;
  lines: { lineId: string; sku: string; quantity: number; unitPriceMinor: number }[];
};

/** What a cancellation asks back of one order. */
export type PlannedRefund = {
  /** The number of the cancellation. */
  requestId: string;
  orderId: string;
  customerId: string;
  lines: { lineId: string; quantity: number }[];
  goodwillMinor: number;
};

export type RefundPlan = {
  /** In the order of the year; one for each order that a cancellation concerns. */
  refunds: PlannedRefund[];
  /** Cancellations of which at least a unit was found in an order, and others that are goodwill alone. */
  matched: number;
  goodwill: number;
  /** Cancellations of which nothing is asked back, and lines of any that are not, by reason. */
  leftOut: Map<string, number>;
  leftOutLines: Map<string, number>;
};

type Line = Cancellation['lines'][number];

/** An order with what no refund has taken yet. */
type Open = Omit<TakenOrder, 'lines'> & {
  leftMinor: number;
  lines: (TakenOrder['lines'][number] & { left: number })[];
};

/**
 * Finds the orders that cancellations take back. Units come from the customer's latest earlier order that has enough of
 * the SKU left, or else from several, the latest first, at the price that was paid. What no order has, such as a discount,
 * is goodwill at the cancellation's price, of the latest earlier order that has the money left, or else of several. Goods
 * come before goodwill, so that no goodwill takes the money of goods.
 */
export function planRefunds(orders: readonly TakenOrder[], cancellations: readonly Cancellation[]): RefundPlan {
  const byCustomer = Map.groupBy(orders.map(untaken).toSorted(latestFirst), ({ customerId }) => customerId);
  const plan: RefundPlan = { refunds: [], matched: 0, goodwill: 0, leftOut: new Map(), leftOutLines: new Map() };
  const cases = cancellations.map((cancellation) => {
    const earlier = (byCustomer.get(cancellation.customerId ?? '') ?? []).filter(
      ({ placedAt }) => Date.parse(placedAt) < Date.parse(cancellation.cancelledAt),
    );
    const refunds = new Map<string, PlannedRefund>();
    const unmatched = cancellation.lines.flatMap((line) => matchLine(earlier, line, refundOf(refunds, cancellation)));
    return { cancellation, earlier, refunds, unmatched, isMatched: refunds.size > 0 };
  });
  for (const { cancellation, earlier, refunds, unmatched, isMatched } of cases) {
    const reasons = unmatched.flatMap((line) => {
      const reason = giveGoodwill(cancellation, earlier, line, refundOf(refunds, cancellation));
      return reason ?? [];
    });
    for (const reason of reasons) count(plan.leftOutLines, reason);
    plan.refunds.push(...refunds.values());
    if (isMatched) plan.matched += 1;
    else if (refunds.size > 0) plan.goodwill += 1;
    else count(plan.leftOut, reasons[0] ?? 'empty');
  }
  return plan;
}

const untaken = (order: TakenOrder): Open => ({
  ...order,
  leftMinor: order.totalMinor,
  lines: order.lines.map((line) => ({ ...line, left: line.quantity })),
});

const latestFirst = (a: Open, b: Open) => Date.parse(b.placedAt) - Date.parse(a.placedAt);

/** The refund of an order under the cancellation's number; there is one, to which more is added. */
const refundOf =
  (refunds: Map<string, PlannedRefund>, { invoiceNumber: requestId }: Cancellation) =>
  ({ orderId, customerId }: Open): PlannedRefund => {
    const refund = refunds.get(orderId) ?? { requestId, orderId, customerId, lines: [], goodwillMinor: 0 };
    refunds.set(orderId, refund);
    return refund;
  };
type RefundOf = ReturnType<typeof refundOf>;

const unitsLeft = (order: Open, sku: string) =>
  order.lines.reduce((sum, line) => sum + (line.sku === sku ? line.left : 0), 0);

/** Takes a line's units from orders; what none of them has is left of it. */
function matchLine(earlier: readonly Open[], { sku, quantity, unitPriceMinor }: Line, refundIn: RefundOf): Line[] {
  const whole = earlier.find((order) => unitsLeft(order, sku) >= quantity);
  let missing = quantity;
  for (const order of whole ? [whole] : earlier) {
    for (const line of order.lines) {
      const units = line.sku === sku ? Math.min(missing, line.left) : 0;
      if (units === 0) continue;
      addUnits(refundIn(order), line.lineId, units);
      line.left -= units;
      order.leftMinor -= units * line.unitPriceMinor;
      missing -= units;
    }
  }
  return missing > 0 ? [{ sku, quantity: missing, unitPriceMinor }] : [];
}

function addUnits({ lines }: PlannedRefund, lineId: string, quantity: number): void {
  const line = lines.find((each) => each.lineId === lineId);
  if (line) line.quantity += quantity;
  else lines.push({ lineId, quantity });
}

/** Gives a line's money for other orders' sake, or tells why not. */
function giveGoodwill(
  { customerId }: Cancellation,
  earlier: readonly Open[],
  { quantity, unitPriceMinor }: Line,
  refundIn: RefundOf,
): string | undefined {
  if (customerId === undefined) return 'of a guest';
  if (earlier.length === 0) return 'no earlier order of the customer';
  const amountMinor = quantity * unitPriceMinor;
  if (amountMinor > earlier.reduce((sum, { leftMinor }) => sum + leftMinor, 0)) {
    return 'more than earlier orders of the customer have left';
  }
  const whole = earlier.find(({ leftMinor }) => leftMinor >= amountMinor);
  let missingMinor = amountMinor;
  for (const order of whole ? [whole] : earlier) {
    const minor = Math.min(missingMinor, order.leftMinor);
    if (minor === 0) continue;
    refundIn(order).goodwillMinor += minor;
    order.leftMinor -= minor;
    missingMinor -= minor;
  }
  return undefined;
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
