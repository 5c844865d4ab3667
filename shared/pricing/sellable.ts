import { notSold, type SkuRecord } from '../catalog/sku-item.ts';
import type { FieldError } from '../contracts/problem.ts';
import type { SellingPolicy } from '../store.ts';
import type { Wanted } from './price-order.ts';

/** What cannot be sold so. `lines`: what the store sells them for now, where prices were the problem. */
export type Invalid = { kind: 'invalid'; type: string; detail: string; errors: FieldError[]; lines?: CurrentPrice[] };
type CurrentPrice = { sku: string; unitPriceMinor: number; currency: string };

/** A line as it is asked for; `pointer` tells where. */
type Asked = { sku: string; quantity: number; unitPriceMinor?: number | undefined; pointer: string };

/** The lines at their prices, or the refusal of those that are not sold so: the first reason names it, all are told. */
export function sellable(
  asked: readonly Asked[],
  { currency, pricesItself }: { currency: string; pricesItself: boolean },
  skus: ReadonlyMap<string, SkuRecord>,
): { lines: Wanted[] } | { refusal: Invalid } {
  const lines: Wanted[] = [];
  const failures: (FieldError & { type: string; sku?: SkuRecord })[] = [];
  for (const { sku: code, quantity, unitPriceMinor, pointer } of asked) {
    const refuse = (type: string, field: string, detail: string, sku?: SkuRecord) =>
      failures.push({ type, pointer: `${pointer}/${field}`, detail, ...(sku && { sku }) });
    const sku = skus.get(code);
    const refusal = notSold(sku, code, currency);
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
      detail: `${failures.length} of ${asked.length} line(s) cannot be sold as they are: ${first.detail}.`,
      errors: failures.map(({ pointer, detail }) => ({ pointer, detail })),
      ...(prices.length > 0 && { lines: prices }),
    },
  };
}

/** The shipping that is asked for; the store's default if none is. */
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

export const orderTooLarge = invalid(
  'order-too-large',
  '/lines',
  'The order is larger than the store can keep as one.',
);
export const amountTooLarge = invalid(
  'amount-too-large',
  '/lines',
  'The order comes to more than the store can handle.',
);
export const unknownShipping = ({ shippingMethods }: Pick<SellingPolicy, 'shippingMethods'>) =>
  invalid(
    'unknown-shipping-method',
    '/shippingMethod',
    `The shipping methods are ${shippingMethods.map(({ method }) => method).join(', ')}.`,
  );
