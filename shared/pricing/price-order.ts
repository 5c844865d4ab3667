import type { DataOf } from '../contracts/define-event.ts';
import type { OrderCharge, OrderPlaced } from '../contracts/orders/events.ts';
import { allocate } from '../money.ts';
import { maxAmountMinor } from '../names.ts';
import type { WarehouseUnits } from '../stock/allocation.ts';
import { standardCategory } from '../tax/rates.ts';
import { shippingParts, type TaxedPart, type TaxByRate, taxesByRate, taxOfParts } from '../tax/tax-of-parts.ts';
import type { Taxation } from '../tax/taxation.ts';

/** A requested line with its unit price, and the list that it is from; without one it is the SKU's own price. */
export type SellableLine = {
  sku: string;
  quantity: number;
  unitPriceMinor: number;
  taxCategory: string;
  category?: string | undefined;
  priceList?: { listId: string; version: number } | undefined;
  /** Quantity from which the price of the list applies. */
  minQuantity?: number | undefined;
  /** Promotion whose gift the line is. */
  gift?: string | undefined;
};
type PlacedLine = DataOf<typeof OrderPlaced>['lines'][number];
export type PricedLine = SellableLine & { discountMinor: number; taxMinor: number };
type Amounts = Pick<PlacedLine, 'quantity' | 'unitPriceMinor' | 'discountMinor' | 'taxMinor'>;

/** The price of shipping, and how it is taxed. */
export type Shipping = {
  shippingMinor: number;
  taxCategory?: string | undefined;
  taxed?: 'proportional' | undefined;
};
export const noShipping: Shipping = { shippingMinor: 0 };

export type Totals = {
  subtotalMinor: number;
  discountMinor: number;
  shippingMinor: number;
  taxMinor: number;
  taxIncluded: boolean;
  totalMinor: number;
};

export type PricedOrder = { lines: PricedLine[]; totals: Totals; taxes: TaxByRate[] };

export const grossOf = ({ quantity, unitPriceMinor }: { quantity: number; unitPriceMinor: number }) =>
  quantity * unitPriceMinor;
export const sumOf = (amounts: readonly number[]) => amounts.reduce((sum, amount) => sum + amount, 0);

/** What a line is, so that equal lines have equal keys and the order of lines decides on no amount. */
export const keyOf = ({ sku, quantity, unitPriceMinor, taxCategory }: SellableLine, discountMinor = 0): string =>
  [sku, quantity, unitPriceMinor, discountMinor, taxCategory].join('\0');

/** A line after its discount, as a part to tax. */
export const partOf = (line: SellableLine, discountMinor = 0): TaxedPart => ({
  key: keyOf(line, discountMinor),
  taxCategory: line.taxCategory,
  amountMinor: grossOf(line) - discountMinor,
});

/**
 * Prices lines, less their discounts, and shipping; charges are gross. Tax is rounded before warehouses are chosen, so that the warehouses cannot
 * change the total. Returns undefined if an amount exceeds `maxAmountMinor`.
 */
export function priceOrder(
  lines: readonly SellableLine[],
  shipping: Shipping,
  taxation: Taxation,
  charges?: readonly OrderCharge[],
  discounts: readonly number[] = [],
): PricedOrder | undefined {
  // The sum is exact up to this limit, which is far below 2^53.
  if (sumOf(lines.map(grossOf)) > maxAmountMinor) return undefined;
  const { lineTaxes, shipping: taxedShipping } = calculatedTaxes(
    lines.map((line, index) => partOf(line, discounts[index])),
    shipping,
    taxation,
  );
  const priced = lines.map((line, index) => ({
    ...line,
    discountMinor: discounts[index] ?? 0,
    taxMinor: lineTaxes[index] ?? 0,
  }));
  const shippingAmounts = { shippingMinor: shipping.shippingMinor, taxMinor: sumOf(taxedShipping.map(taxMinorOf)) };
  const totals = totalsOf(priced, shippingAmounts, taxation.taxIncluded, charges);
  return totals && { lines: priced, totals, taxes: orderTaxes(priced, taxedShipping, taxation) };
}

const taxMinorOf = ({ taxMinor }: { taxMinor: number }) => taxMinor;
export type TaxedShipping = TaxedPart & { taxMinor: number };
const withTax = (part: TaxedPart, taxMinor = 0): TaxedShipping => Object.assign({ taxMinor }, part);

/** The tax of each line and of the parts of shipping. */
export function calculatedTaxes(
  goods: readonly TaxedPart[],
  shipping: Shipping,
  taxation: Taxation,
): { lineTaxes: number[]; shipping: TaxedShipping[] } {
  const parts = shippingParts(shipping.shippingMinor, shipping, goods);
  const taxes = taxOfParts([...goods, ...parts], taxation);
  return {
    lineTaxes: taxes.slice(0, goods.length),
    shipping: parts.map((part, index) => withTax(part, taxes[goods.length + index])),
  };
}

/** Shipping whose tax is known, as parts: as calculated, or allocated if its tax was rounded with that of the goods. */
export function taxedShipping(
  shipping: Shipping,
  goods: readonly TaxedPart[],
  taxMinor: number,
  taxation: Taxation,
): TaxedShipping[] {
  const parts = shippingParts(shipping.shippingMinor, shipping, goods);
  const calculated = taxOfParts(parts, taxation);
  const amounts = parts.map(({ amountMinor }) => amountMinor);
  const isCalculated = sumOf(calculated) === taxMinor;
  const keys = parts.map(({ key }) => key);
  const weights = sumOf(amounts) > 0 ? amounts : amounts.map(() => 1);
  const taxes = isCalculated ? calculated : allocate(taxMinor, weights, keys);
  return parts.map((part, index) => withTax(part, taxes[index]));
}

/** A placed line with the tax category that it had; stored lines leave `standard` out. */
export const withCategory = <L extends { taxCategory?: string | undefined }>(line: L) => ({
  ...line,
  taxCategory: line.taxCategory ?? standardCategory,
});

/** The tax of an order by rate. The taxes sum to those of the lines and of shipping. */
export function orderTaxes(
  lines: readonly PricedLine[],
  shipping: readonly TaxedShipping[],
  taxation: Taxation,
): TaxByRate[] {
  const goods = lines.map((line) => ({ ...partOf(line, line.discountMinor), taxMinor: line.taxMinor }));
  const charged = shipping.filter(({ amountMinor, taxMinor }) => amountMinor > 0 || taxMinor > 0);
  return taxesByRate([...goods, ...charged], taxation);
}

/** The tax of an amount of this line. */
export const taxAt = (minor: number, { taxCategory }: Pick<SellableLine, 'taxCategory'>, taxation: Taxation): number =>
  taxOfParts([{ key: '', taxCategory, amountMinor: minor }], taxation)[0] ?? 0;

export const taxOfShipping = (shipping: Shipping, goods: readonly TaxedPart[], taxation: Taxation): number =>
  sumOf(taxOfParts(shippingParts(shipping.shippingMinor, shipping, goods), taxation));

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
    const { sku, unitPriceMinor, category, priceList, gift } = line;
    const taxCategory = line.taxCategory === standardCategory ? undefined : line.taxCategory;
    const lineId = `line-${firstNumber + index}`;
    const partOfLine = parts.length > 1 ? `line-${firstNumber}` : undefined;
    const totalMinor = quantity * unitPriceMinor - discountMinor + (taxIncluded ? 0 : taxMinor);
    return {
      lineId,
      sku,
      quantity,
      unitPriceMinor,
      discountMinor,
      taxMinor,
      totalMinor,
      warehouse,
      category,
      partOf: partOfLine,
      taxCategory,
      priceList,
      gift,
    };
  });
}
