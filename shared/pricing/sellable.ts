import { didYouMean } from '../closest.ts';
import { notSold, type SkuRecord } from '../catalog/sku-item.ts';
import type { FieldError } from '../contracts/problem.ts';
import type { SellingPolicy } from '../store.ts';
import type { SellableLine } from './price-order.ts';

/** A refusal with response 422. `lines` and `amounts`: the current prices or amounts, if a sent one was wrong. */
export type Invalid = {
  kind: 'invalid';
  type: string;
  detail: string;
  errors: FieldError[];
  lines?: CurrentPrice[];
  amounts?: object;
};
type CurrentPrice = { sku: string; unitPriceMinor: number; currency: string };

/** A requested line; `pointer` is its JSON pointer in the request. */
type RequestedLine = { sku: string; quantity: number; unitPriceMinor?: number | undefined; pointer: string };

/**
 * Returns the lines with their prices, or a refusal that has the type of the first error and lists all errors. `now`, in
 * milliseconds, decides which products are on sale.
 */
export function sellable(
  requested: readonly RequestedLine[],
  { currency, pricesItself, now }: { currency: string; pricesItself: boolean; now: number },
  skus: ReadonlyMap<string, SkuRecord>,
): { lines: SellableLine[] } | { refusal: Invalid } {
  const lines: SellableLine[] = [];
  const failures: (FieldError & { type: string; sku?: SkuRecord })[] = [];
  for (const { sku: code, quantity, unitPriceMinor, pointer } of requested) {
    const refuse = (type: string, field: string, detail: string, sku?: SkuRecord) =>
      failures.push({ type, pointer: `${pointer}/${field}`, detail, ...(sku && { sku }) });
    const sku = skus.get(code);
    const refusal = notSold(sku, code, currency, now);
    if (refusal) refuse(refusal.type, 'sku', refusal.detail);
    if (!sku || refusal) continue;
    if (!pricesItself && unitPriceMinor !== undefined && unitPriceMinor !== sku.priceMinor) {
      refuse('price-changed', 'unitPriceMinor', `${code} costs ${sku.priceMinor} now`, sku);
    } else {
      const { taxCategory, category, priceMinor } = sku;
      const price = pricesItself ? (unitPriceMinor ?? priceMinor) : priceMinor;
      lines.push({ sku: code, quantity, unitPriceMinor: price, taxCategory, category });
    }
  }
  const [first] = failures;
  if (!first) return { lines };
  const current = new Map(failures.flatMap(({ sku }) => (sku ? [[sku.sku, sku] as const] : [])));
  const prices = [...current.values()].map(({ sku, priceMinor, currency: soldIn }) => ({
    sku,
    unitPriceMinor: priceMinor,
    currency: soldIn,
  }));
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

/** The requested shipping method, by default the store's first; undefined if the store does not have it. */
export const shippingOf = (
  { shippingMethod }: { shippingMethod?: string | undefined },
  { shippingMethods }: Pick<SellingPolicy, 'shippingMethods'>,
) =>
  shippingMethod === undefined ? shippingMethods[0] : shippingMethods.find(({ method }) => method === shippingMethod);

export const invalid = (type: string, pointer: string, detail: string): Invalid => ({
  kind: 'invalid',
  type,
  detail,
  errors: [{ pointer, detail }],
});

export const orderTooLarge = invalid('order-too-large', '/lines', 'The order exceeds the size limit of 400 KB.');
export const amountTooLarge = invalid(
  'amount-too-large',
  '/lines',
  'An amount of the order exceeds the limit of the store.',
);
/** The problem of a shipping method that the store does not have; it names the closest one. */
export const unknownShipping = (
  { shippingMethod }: { shippingMethod?: string | undefined },
  { shippingMethods }: Pick<SellingPolicy, 'shippingMethods'>,
) => {
  const methods = shippingMethods.map(({ method }) => method);
  const end = didYouMean(shippingMethod, methods) || '.';
  return invalid('unknown-shipping-method', '/shippingMethod', `The shipping methods are ${methods.join(', ')}${end}`);
};
