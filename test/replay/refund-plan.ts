import type { Cancellation } from './invoices.ts';

/** A customer's order as the back office placed it. Amounts in pence. */
export type PlacedOrder = {
  orderId: string;
  customerId: string;
  placedAt: string;
  totalMinor: number;
  lines: { lineId: string; sku: string; quantity: number; unitPriceMinor: number }[];
};

/** The part of a cancellation that is refunded from one order. */
export type PlannedRefund = {
  /** The number of the cancellation. */
  requestId: string;
  orderId: string;
  customerId: string;
  lines: { lineId: string; quantity: number }[];
  goodwillMinor: number;
};

export type RefundPlan = {
  /** In the sequence of the cancellations; one per cancellation and order. */
  refunds: PlannedRefund[];
  /** Cancellations with at least one unit matched to an order. */
  matched: number;
  /** Cancellations refunded as goodwill only. */
  goodwill: number;
  /** Cancellations that are not refunded, and lines that are not refunded, by reason. */
  leftOut: Map<string, number>;
  leftOutLines: Map<string, number>;
};

type Line = Cancellation['lines'][number];

/** An order with its units and money that are not refunded yet. */
type OpenOrder = Omit<PlacedOrder, 'lines'> & {
  leftMinor: number;
  lines: (PlacedOrder['lines'][number] & { left: number })[];
};

/**
 * Matches cancellations to orders. Units come from the customer's latest earlier order with enough units of the SKU, or
 * else from several orders, latest first, at the paid price. Other lines, such as discounts, are goodwill at the
 * cancellation's price, from the latest earlier order with enough money, or else from several. Units are matched before
 * goodwill, so that goodwill does not use money of goods.
 */
export function planRefunds(orders: readonly PlacedOrder[], cancellations: readonly Cancellation[]): RefundPlan {
  const byCustomer = Map.groupBy(orders.map(toOpenOrder).toSorted(latestFirst), ({ customerId }) => customerId);
  const plan: RefundPlan = { refunds: [], matched: 0, goodwill: 0, leftOut: new Map(), leftOutLines: new Map() };
  const matches = cancellations.map((cancellation) => {
    const earlier = (byCustomer.get(cancellation.customerId ?? '') ?? []).filter(
      ({ placedAt }) => Date.parse(placedAt) < Date.parse(cancellation.cancelledAt),
    );
    const refunds = new Map<string, PlannedRefund>();
    const unmatched = cancellation.lines.flatMap((line) =>
      matchLine(earlier, line, refundOfOrder(refunds, cancellation)),
    );
    return { cancellation, earlier, refunds, unmatched, isMatched: refunds.size > 0 };
  });
  for (const { cancellation, earlier, refunds, unmatched, isMatched } of matches) {
    const reasons = unmatched.flatMap((line) => {
      const reason = allocateGoodwill(cancellation, earlier, line, refundOfOrder(refunds, cancellation));
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

const toOpenOrder = (order: PlacedOrder): OpenOrder => ({
  ...order,
  leftMinor: order.totalMinor,
  lines: order.lines.map((line) => ({ ...line, left: line.quantity })),
});

const latestFirst = (a: OpenOrder, b: OpenOrder) => Date.parse(b.placedAt) - Date.parse(a.placedAt);

/** The cancellation's refund of an order, created at the first call. */
const refundOfOrder =
  (refunds: Map<string, PlannedRefund>, { invoiceNumber: requestId }: Cancellation) =>
  ({ orderId, customerId }: OpenOrder): PlannedRefund => {
    const refund = refunds.get(orderId) ?? { requestId, orderId, customerId, lines: [], goodwillMinor: 0 };
    refunds.set(orderId, refund);
    return refund;
  };
type RefundOfOrder = ReturnType<typeof refundOfOrder>;

const unitsLeft = (order: OpenOrder, sku: string) =>
  order.lines.reduce((sum, line) => sum + (line.sku === sku ? line.left : 0), 0);

/** Allocates a line's units to orders. Returns a line of the unmatched units. */
function matchLine(
  earlier: readonly OpenOrder[],
  { sku, quantity, unitPriceMinor }: Line,
  refundOfOrder: RefundOfOrder,
): Line[] {
  const whole = earlier.find((order) => unitsLeft(order, sku) >= quantity);
  let missing = quantity;
  for (const order of whole ? [whole] : earlier) {
    for (const line of order.lines) {
      const units = line.sku === sku ? Math.min(missing, line.left) : 0;
      if (units === 0) continue;
      addUnits(refundOfOrder(order), line.lineId, units);
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

/** Allocates a line's amount to orders as goodwill. Returns a reason if it cannot. */
function allocateGoodwill(
  { customerId }: Cancellation,
  earlier: readonly OpenOrder[],
  { quantity, unitPriceMinor }: Line,
  refundOfOrder: RefundOfOrder,
): string | undefined {
  if (customerId === undefined) return 'guest customer';
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
    refundOfOrder(order).goodwillMinor += minor;
    order.leftMinor -= minor;
    missingMinor -= minor;
  }
  return undefined;
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
