import type { DataOf } from '../../shared/events/define-event.ts';
import type { OrderPlaced } from '../../shared/events/order.ts';
import { allocate, taxOf } from '../../shared/money.ts';
import { maxAmountMinor } from '../../shared/names.ts';
import type { SellingPolicy } from '../../shared/store.ts';
import type { Part } from './allocation.ts';

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

/**
 * Prices lines and shipping, before they are allocated. Tax is rounded once per line here, so that where the units come
 * from cannot change what the customer pays. Undefined if an amount is more than the store handles.
 */
export function priceOrder(
  lines: readonly Wanted[],
  shippingMinor: number,
  { taxIncluded, taxBasisPoints }: Taxation,
): { lines: PricedLine[]; totals: Totals } | undefined {
  const subtotalMinor = sumOf(lines.map(grossOf));
  // Beyond this limit sums of products need not be exact, but are surely beyond it too.
  if (subtotalMinor > maxAmountMinor) return undefined;
  const basisPointsOf = (taxCategory: string) => taxBasisPoints[taxCategory] ?? taxBasisPoints.standard;
  const priced = lines.map((line) => ({
    ...line,
    discountMinor: 0,
    taxMinor: taxOf(grossOf(line), basisPointsOf(line.taxCategory), taxIncluded),
  }));
  const shippingTaxMinor = taxOf(shippingMinor, taxBasisPoints.standard, taxIncluded);
  const discountMinor = sumOf(priced.map((line) => line.discountMinor));
  const taxMinor = sumOf(priced.map((line) => line.taxMinor)) + shippingTaxMinor;
  const totalMinor = subtotalMinor - discountMinor + shippingMinor + (taxIncluded ? 0 : taxMinor);
  if (totalMinor > maxAmountMinor) return undefined;
  return { lines: priced, totals: { subtotalMinor, discountMinor, shippingMinor, taxMinor, taxIncluded, totalMinor } };
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
