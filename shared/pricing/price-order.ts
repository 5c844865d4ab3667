import type { DataOf } from '../contracts/define-event.ts';
import type { OrderCharge, OrderPlaced } from '../contracts/orders/events.ts';
import { allocate, taxOf } from '../money.ts';
import { maxAmountMinor } from '../names.ts';
import type { SellingPolicy } from '../store.ts';
import type { WarehouseUnits } from '../stock/allocation.ts';
import { ownValue } from '../input/own-value.ts';

/** A requested line with its unit price. */
export type SellableLine = {
  sku: string;
  quantity: number;
  unitPriceMinor: number;
  taxCategory: string;
  category?: string | undefined;
};
type PlacedLine = DataOf<typeof OrderPlaced>['lines'][number];
export type PricedLine = SellableLine & { discountMinor: number; taxMinor: number };
type Amounts = Pick<PlacedLine, 'quantity' | 'unitPriceMinor' | 'discountMinor' | 'taxMinor'>;
export type Taxation = Pick<SellingPolicy, 'taxIncluded' | 'taxBasisPoints'>;

export type Totals = {
  subtotalMinor: number;
  discountMinor: number;
  shippingMinor: number;
  taxMinor: number;
  taxIncluded: boolean;
  totalMinor: number;
};

export const grossOf = ({ quantity, unitPriceMinor }: { quantity: number; unitPriceMinor: number }) =>
  quantity * unitPriceMinor;
export const sumOf = (amounts: readonly number[]) => amounts.reduce((sum, amount) => sum + amount, 0);

const basisPointsOf = (taxCategory: string, { taxBasisPoints }: Taxation) =>
  ownValue(taxBasisPoints, taxCategory) ?? taxBasisPoints.standard;

/**
 * Prices lines and shipping; charges are gross. Tax is rounded once per requested line, before warehouses are chosen, so
 * that the warehouses cannot change the total. Returns undefined if an amount exceeds `maxAmountMinor`.
 */
export function priceOrder(
  lines: readonly SellableLine[],
  shippingMinor: number,
  taxation: Taxation,
  charges?: readonly OrderCharge[],
): { lines: PricedLine[]; totals: Totals } | undefined {
  // The sum is exact up to this limit, which is far below 2^53.
  if (sumOf(lines.map(grossOf)) > maxAmountMinor) return undefined;
  const { taxIncluded } = taxation;
  const priced = lines.map((line) => ({
    ...line,
    discountMinor: 0,
    taxMinor: taxAt(grossOf(line), line, taxation),
  }));
  const shipping = { shippingMinor, taxMinor: taxOfShipping(shippingMinor, taxation) };
  const totals = totalsOf(priced, shipping, taxIncluded, charges);
  return totals && { lines: priced, totals };
}

/** The tax of an amount of this line. */
export const taxAt = (minor: number, { taxCategory }: Pick<SellableLine, 'taxCategory'>, taxation: Taxation) =>
  taxOf(minor, basisPointsOf(taxCategory, taxation), taxation.taxIncluded);

export const taxOfShipping = (shippingMinor: number, taxation: Taxation) =>
  taxOf(shippingMinor, taxation.taxBasisPoints.standard, taxation.taxIncluded);

/** Sums of lines, shipping and charges; undefined if one exceeds `maxAmountMinor`. */
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
 * Splits a priced line into one line per warehouse. The amounts of the parts sum to the line's amounts. `firstNumber` is
 * the number of the first part's line id.
 */
export function splitLine(
  line: PricedLine,
  parts: readonly WarehouseUnits[],
  taxIncluded: boolean,
  firstNumber: number,
) {
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
