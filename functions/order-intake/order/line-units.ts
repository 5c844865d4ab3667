import { allocate } from '../../../shared/money.ts';
import type { ReversedSale } from '../../../shared/contracts/orders/sale.ts';
import type { FieldError } from '../../../shared/contracts/problem.ts';
import { goneUnits, type RefundedUnits } from '../../../shared/refunds/refunded-units.ts';
import type { OrderItem } from './order-item.ts';

type Line = OrderItem['lines'][number];
type RequestedUnits = readonly { lineId: string; quantity: number }[];
/** Units of a line and the warehouse that reserves them. */
export type LineUnits = { lineId: string; sku: string; warehouse: string; quantity: number };

/** Units that are reserved: neither cancelled nor shipped. */
export const openUnits = ({ quantity, cancelledQuantity = 0, shippedQuantity = 0 }: Line) =>
  quantity - cancelledQuantity - shippedQuantity;

/** Open units that no refund pays back: the units that may be shipped. `blocked` as from `blockedUnits`. */
export function shippableUnits(line: Line, blocked: readonly RefundedUnits[]): number {
  const own = blocked.filter(({ lineId }) => lineId === line.lineId);
  return Math.max(0, openUnits(line) - own.reduce((sum, unit) => sum + unit.quantity - goneUnits(unit, line), 0));
}

export const allOpenUnits = ({ lines }: Pick<OrderItem, 'lines'>): LineUnits[] =>
  lines.map((line) => unitsOf(line, openUnits(line))).filter(({ quantity }) => quantity > 0);

const unitsOf = ({ lineId, sku, warehouse }: Line, quantity: number) => ({ lineId, sku, warehouse, quantity });

/**
 * Selects units of an order's lines. `invalid`: the line does not exist or never had so many units. `short`: fewer units
 * are open.
 */
export function selectUnits(
  { lines }: Pick<OrderItem, 'lines'>,
  requested: RequestedUnits,
):
  | { units: LineUnits[] }
  | { invalid: FieldError[] }
  | { short: { lineId: string; requested: number; open: number }[] } {
  const byId = new Map(lines.map((line) => [line.lineId, line]));
  const picked = requested.map(({ lineId, quantity }, index) => ({ line: byId.get(lineId), lineId, quantity, index }));
  const invalid = picked.flatMap(({ line, lineId, quantity, index }) => {
    if (!line) return [{ pointer: `/lines/${index}/lineId`, detail: `The order has no line ${lineId}` }];
    if (quantity <= line.quantity) return [];
    return [{ pointer: `/lines/${index}/quantity`, detail: `The line has ${line.quantity} unit(s)` }];
  });
  if (invalid.length > 0) return { invalid };
  const existing = picked.flatMap(({ line, quantity }) => (line ? [{ line, quantity }] : []));
  const short = existing
    .filter(({ line, quantity }) => quantity > openUnits(line))
    .map(({ line, quantity }) => ({ lineId: line.lineId, requested: quantity, open: openUnits(line) }));
  if (short.length > 0) return { short };
  return { units: existing.map(({ line, quantity }) => unitsOf(line, quantity)) };
}

/** The lines with these units added to the cancelled or shipped units. */
export function withCounted(
  lines: readonly Line[],
  units: readonly LineUnits[],
  counter: 'cancelledQuantity' | 'shippedQuantity' | 'refundedQuantity',
): Line[] {
  const byId = new Map(units.map(({ lineId, quantity }) => [lineId, quantity]));
  return lines.map((line) => {
    const quantity = byId.get(line.lineId);
    return quantity === undefined ? line : { ...line, [counter]: (line[counter] ?? 0) + quantity };
  });
}

/**
 * The value of the next cancelled units. Each line's total is allocated over its units, so that the values of several
 * cancellations sum to the total.
 */
export function valueOf({ lines }: Pick<OrderItem, 'lines'>, units: readonly LineUnits[]): number {
  const byId = new Map(lines.map((line) => [line.lineId, line]));
  return units.reduce((sum, { lineId, quantity }) => {
    const line = byId.get(lineId);
    if (!line) return sum;
    const before = line.cancelledQuantity ?? 0;
    return sum + shareOf(line, before + quantity) - shareOf(line, before);
  }, 0);
}

const shareOf = ({ totalMinor, quantity }: Line, units: number) =>
  allocate(totalMinor, [units, quantity - units])[0] ?? 0;

/** What these units take out of sales, before they are counted as cancelled; `isWhole`: with the shipping and the charges. */
export function reversedSale(order: OrderItem, units: readonly LineUnits[], isWhole: boolean): ReversedSale {
  const byId = new Map(order.lines.map((line) => [line.lineId, line]));
  const lines = units.flatMap(({ lineId, quantity }) => {
    const line = byId.get(lineId);
    if (!line) return [];
    const { sku, category, taxCategory, unitPriceMinor, discountMinor, taxMinor } = line;
    const cancelledBefore = line.cancelledQuantity ?? 0;
    const amounts = { ofQuantity: line.quantity, unitPriceMinor, discountMinor, taxMinor };
    return [{ lineId, sku, category, taxCategory, quantity, cancelledBefore, ...amounts }];
  });
  if (!isWhole) return { lines, shippingMinor: 0, shippingTaxMinor: 0, chargesMinor: 0 };
  const taxOfLines = order.lines.reduce((sum, { taxMinor }) => sum + taxMinor, 0);
  const chargesMinor = (order.charges ?? []).reduce((sum, { amountMinor }) => sum + amountMinor, 0);
  // A channel may send a tax of the lines above that of the order.
  const shippingTaxMinor = Math.max(0, order.taxMinor - taxOfLines);
  return { lines, shippingMinor: order.shippingMinor, shippingTaxMinor, chargesMinor };
}

/** Where and how an order was sold. */
export const saleTerms = ({ shippingAddress, customer, taxIncluded, taxes }: OrderItem) => ({
  country: shippingAddress.country,
  customerGroup: customer.group,
  taxIncluded,
  taxes: taxes?.map(({ rateId, jurisdiction, percentage, kind }) => ({ rateId, jurisdiction, percentage, kind })),
});
