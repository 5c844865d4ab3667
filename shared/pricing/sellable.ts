import { notSold, type SkuRecord } from '../catalog/sku-item.ts';
import type { FieldError } from '../contracts/problem.ts';
import { taxOnTop, taxWithin, untaxable } from '../tax/tax-of-parts.ts';
import type { Taxation } from '../tax/taxation.ts';
import { baseList, type PriceContext, type PriceList, priceOf, type SelectedPrice } from './price-lists.ts';
import { type SellableLine, sumOf } from './price-order.ts';

/** A refusal with response 422. `lines` and `amounts`: the current prices or amounts, if a sent one was wrong. */
export type Invalid = {
  kind: 'invalid';
  type: string;
  detail: string;
  errors: FieldError[];
  lines?: CurrentPrice[];
  amounts?: object;
};
/** The current price beside the sent one. */
type CurrentPrice = {
  sku: string;
  unitPriceMinor: number;
  currency: string;
  sentUnitPriceMinor: number;
  priceList: string;
};

/** A requested line; `pointer` is its JSON pointer in the request. */
type RequestedLine = { sku: string; quantity: number; unitPriceMinor?: number | undefined; pointer: string };

/** What is on sale: SKUs by code, and the price lists. */
export type Assortment = { skus: ReadonlyMap<string, SkuRecord>; priceLists: readonly PriceList[] };

/**
 * Returns the lines with their prices, or a refusal that has the type of the first error and lists all errors. The time of
 * the context decides on prices and on which products are on sale.
 */
export function sellable(
  requested: readonly RequestedLine[],
  { pricesItself, taxation, ...context }: PriceContext & { pricesItself: boolean; taxation: Taxation },
  { skus, priceLists }: Assortment,
): { lines: SellableLine[] } | { refusal: Invalid } {
  const { currency } = context;
  const lines: SellableLine[] = [];
  const failures: (FieldError & { type: string; current?: CurrentPrice })[] = [];
  const quantities = unitsBySku(requested);
  const categories = requested.flatMap(({ sku }) => skus.get(sku)?.taxCategory ?? []);
  const withoutRate = new Set(untaxable(categories, taxation));
  for (const { sku: code, quantity, unitPriceMinor: sent, pointer } of requested) {
    const refuse = (type: string, field: string, detail: string, current?: CurrentPrice) =>
      failures.push({ type, pointer: `${pointer}/${field}`, detail, ...(current && { current }) });
    const sku = skus.get(code);
    const refusal = notSold(sku, code, currency, context.at);
    if (refusal) refuse(refusal.type, 'sku', refusal.detail);
    if (!sku || refusal) continue;
    const { taxCategory, category } = sku;
    const selected = priceOf(sku, quantities.get(code) ?? quantity, context, priceLists);
    const isUntaxable = withoutRate.has(taxCategory);
    if (!selected) refuse('wrong-currency', 'sku', `${code} has no price in ${currency} here`);
    else if (isUntaxable) refuse('no-tax-rate', 'sku', noRateDetail(taxCategory, taxation));
    if (!selected || isUntaxable) continue;
    const price = asSold(selected, taxCategory, taxation);
    const { list } = selected;
    if (!pricesItself && sent !== undefined && sent !== price) {
      const priceList = list?.listId ?? baseList;
      const current = { sku: code, unitPriceMinor: price, currency, sentUnitPriceMinor: sent, priceList };
      refuse('price-changed', 'unitPriceMinor', `${code} costs ${price} now, ${sent} was sent`, current);
    } else {
      const isOwn = pricesItself && sent !== undefined;
      const priceList = list && !isOwn ? { listId: list.listId, version: list.version } : undefined;
      const { minQuantity } = priceList ? selected : {};
      lines.push({
        sku: code,
        quantity,
        unitPriceMinor: isOwn ? sent : price,
        taxCategory,
        category,
        priceList,
        minQuantity,
      });
    }
  }
  const [first] = failures;
  if (!first) return { lines };
  const prices = [...new Map(failures.flatMap(({ current }) => (current ? [[current.sku, current]] : []))).values()];
  return {
    refusal: {
      kind: 'invalid',
      type: first.type,
      detail: `${failures.length} of ${requested.length} line(s) cannot be sold as requested: ${first.detail}.`,
      errors: failures.map(({ pointer, detail }) => ({ pointer, detail })),
      ...(prices.length > 0 && { lines: prices }),
    },
  };
}

/** Units by SKU: a quantity break counts all lines of a SKU, so that it does not depend on how lines are split. */
const unitsBySku = (lines: readonly RequestedLine[]): ReadonlyMap<string, number> =>
  new Map(
    [...Map.groupBy(lines, ({ sku }) => sku)].map(([sku, own]) => [sku, sumOf(own.map((line) => line.quantity))]),
  );

/** The price as the order has it, with or without tax. */
function asSold({ unitPriceMinor, list }: SelectedPrice, taxCategory: string, taxation: Taxation): number {
  const { taxIncluded, isTaxRemoved = false, relief } = taxation;
  const containsTax = list?.taxIncluded ?? (taxIncluded || isTaxRemoved);
  if (containsTax === taxIncluded || relief?.kind === 'export') return unitPriceMinor;
  return containsTax
    ? unitPriceMinor - taxWithin(unitPriceMinor, taxCategory, taxation)
    : unitPriceMinor + taxOnTop(unitPriceMinor, taxCategory, taxation);
}

export const noRateDetail = (taxCategory: string, { zone, at }: Taxation): string =>
  `The tax zone ${zone.zoneId} has no rate of ${taxCategory} or standard at ${new Date(at).toISOString()}`;

export const invalid = (type: string, pointer: string, detail: string): Invalid => ({
  kind: 'invalid',
  type,
  detail,
  errors: [{ pointer, detail }],
});

export const orderTooLarge = invalid('order-too-large', '/lines', 'The order exceeds the size limit of 400 KB.');
export const tooManyPromotions = invalid(
  'too-many-promotions',
  '/lines',
  'More limited promotions apply to the order than it can claim at once.',
);
export const amountTooLarge = invalid(
  'amount-too-large',
  '/lines',
  'An amount of the order exceeds the limit of the store.',
);
