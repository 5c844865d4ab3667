import type { DataOf } from '../contracts/define-event.ts';
import type { OrderCharge, OrderPlaced } from '../contracts/orders/events.ts';
import { allocate, taxOf } from '../money.ts';
import { maxAmountMinor } from '../names.ts';
import type { SellingPolicy } from '../store.ts';
import type { Part } from '../stock/allocation.ts';

/** A line as the customer ordered it, at its price. */
export type Wanted = {
  sku: string;
  quantity: number;
  unitPriceMinor: number;
  taxCategory: string;
  category?: string | undefined;
};
type PlacedLine = DataOf<typeof OrderPlaced>['lines'][number];
type PricedLine = Wanted & { discountMinor: number; taxMinor: number };
type Amounts = Pick<PlacedLine, 'quantity' | 'unitPriceMinor' | 'discountMinor' | 'taxMinor'>;
type Taxation = Pick<SellingPolicy, 'taxIncluded' | 'taxBasisPoints'>;

export type Totals = {
  subtotalMinor: number;
  discountMinor: number;
  shippingMinor: number;
  taxMinor: number;
  taxIncluded: boolean;
  totalMinor: number;
};

const grossOf = ({ quantity, unitPriceMinor }: { quantity: number; unitPriceMinor: number }) =>
  quantity * unitPriceMinor;
const sumOf = (amounts: readonly number[]) => amounts.reduce((sum, amount) => sum + amount, 0);

const basisPointsOf = (taxCategory: string, { taxBasisPoints }: Taxation) =>
  taxBasisPoints[taxCategory] ?? taxBasisPoints.standard;

/**
 * Prices lines and shipping, before they are allocated; charges are gross and added as they are. Tax is rounded once per
 * line here, so that where the units come from cannot change what the customer pays. Undefined if an amount is more than
 * the store handles.
 */
export function priceOrder(
  lines: readonly Wanted[],
  shippingMinor: number,
  taxation: Taxation,
  charges?: readonly OrderCharge[],
): { lines: PricedLine[]; totals: Totals } | undefined {
  // Beyond this limit sums of products need not be exact, but are surely beyond it too.
  if (sumOf(lines.map(grossOf)) > maxAmountMinor) return undefined;
  const { taxIncluded } = taxation;
  const priced = lines.map((line) => ({
    ...line,
    discountMinor: 0,
    taxMinor: taxOf(grossOf(line), basisPointsOf(line.taxCategory, taxation), taxIncluded),
  }));
  const shipping = { shippingMinor, taxMinor: taxOfShipping(shippingMinor, taxation) };
  const totals = totalsOf(priced, shipping, taxIncluded, charges);
  return totals && { lines: priced, totals };
}

export const taxOfShipping = (shippingMinor: number, taxation: Taxation) =>
  taxOf(shippingMinor, taxation.taxBasisPoints.standard, taxation.taxIncluded);

/** The sums of an order's lines, shipping and charges; undefined if they are more than the store handles. */
export function totalsOf(
  lines: readonly Amounts[],
  shipping: { shippingMinor: number; taxMinor: number },
  taxIncluded: boolean,
  charges: readonly OrderCharge[] = [],
): Totals | undefined {
  const { shippingMinor } = shipping;
  const subtotalMinor = sumOf(lines.map(grossOf));
  const discountMinor = sumOf(lines.map((line) => line.discountMinor));
  const taxMinor = sumOf(lines.map((line) => line.taxMinor)) + shipping.taxMinor;
  const chargesMinor = sumOf(charges.map(({ amountMinor }) => amountMinor));
  const totalMinor = subtotalMinor - discountMinor + shippingMinor + chargesMinor + (taxIncluded ? 0 : taxMinor);
  if (subtotalMinor > maxAmountMinor || totalMinor > maxAmountMinor) return undefined;
  return { subtotalMinor, discountMinor, shippingMinor, taxMinor, taxIncluded, totalMinor };
}

/**
 * The priced line in parts by warehouse, whose amounts sum to the line's to the last minor unit; `firstNumber` numbers
 * the first part within the order.
 */
export function splitLine(line: PricedLine, parts: readonly Part[], taxIncluded: boolean, firstNumber: number) {
  const units = parts.map((part) => part.units);
  const discounts = allocate(line.discountMinor, units);
  const taxes = allocate(line.taxMinor, units);
  return parts.map(({ warehouse, units: quantity }, index): PlacedLine => {
    const discountMinor = discounts[index] ?? 0;
    const taxMinor = taxes[index] ?? 0;
    const { sku, unitPriceMinor, category } = line;
    const lineId = `line-${firstNumber + index}`;
    const totalMinor = quantity * unitPriceMinor - discountMinor + (taxIncluded ? 0 : taxMinor);
    return { lineId, sku, quantity, unitPriceMinor, discountMinor, taxMinor, totalMinor, warehouse, category };
  });
}
