import type { SkuRecord } from '../../catalog/sku-item.ts';
import { minPriceOf } from '../../catalog/margin.ts';
import { ownValue } from '../../input/own-value.ts';
import { standardCategory } from '../../tax/rates.ts';
import { taxOnTop, taxWithin } from '../../tax/tax-of-parts.ts';
import type { Taxation } from '../../tax/taxation.ts';
import type { PriceContext } from '../price-lists.ts';
import { calculatedTaxes, partOf, type SellableLine, type Shipping, sumOf } from '../price-order.ts';
import type { PricingRules } from '../pricing-rules.ts';
import { sellable } from '../sellable.ts';
import { evaluatePromotions } from './evaluate-promotions.ts';
import { noPromotions } from './outcome.ts';
import type { Cart, CartLine, CartTax, GiftChoice, PromotionOutcome, PromotionSet, PromotionState } from './types.ts';

/** A basket whose lines and shipping have their prices. */
type PricedGoods = {
  basket: {
    currency: string;
    channel: { channel: string; pricesItself: boolean };
    customer?: { id?: string | undefined; email?: string | undefined; group?: string | undefined } | undefined;
    isFirstOrder?: boolean | undefined;
    destination?: { country: string } | undefined;
    paymentMethod?: string | undefined;
    couponCodes?: readonly string[] | undefined;
    lines: readonly { discountMinor?: number | undefined }[];
    sent?: { discountMinor?: number | undefined; shippingMinor?: number | undefined } | undefined;
    now: number;
  };
  lines: readonly SellableLine[];
  shipping: Shipping & { method: string };
  context: PriceContext & { pricesItself: boolean; taxation: Taxation };
};

/** The outcome of the promotions, and the lines of their gifts. */
export function promotionsOf(
  goods: PricedGoods,
  skus: ReadonlyMap<string, SkuRecord>,
  rules: PricingRules,
  state: PromotionState,
): { outcome: PromotionOutcome; giftLines: SellableLine[] } {
  const { basket, lines, shipping, context } = goods;
  const { promotions } = rules;
  const { couponCodes = [], channel } = basket;
  const isNamed = promotions?.policy.selfPricingChannels?.includes(channel.channel) ?? false;
  // A channel that states discounts of its own has these only.
  const isWithout = channel.pricesItself && (!isNamed || statesDiscounts(basket));
  if (!promotions || isWithout) return { outcome: noPromotions(couponCodes, lines.length), giftLines: [] };
  const { set, policy } = promotions;
  const isShippingSent = channel.pricesItself && basket.sent?.shippingMinor !== undefined;
  const cartLine = (line: SellableLine): CartLine => cartLineOf(line, skus.get(line.sku), set, basket.currency);
  const choices = giftChoices(set, { skus, priceLists: rules.priceLists }, { ...context, pricesItself: false });
  const { id, email, group } = basket.customer ?? {};
  const cart: Cart = {
    currency: basket.currency,
    channel: channel.channel,
    lines: lines.map(cartLine),
    gifts: new Map(
      [...choices].map(([sku, line]): [string, GiftChoice] => [
        sku,
        { ...cartLine(line), available: state.available ? (state.available.get(sku) ?? 0) : Infinity },
      ]),
    ),
    shipping: { method: shipping.method, priceMinor: isShippingSent ? 0 : shipping.shippingMinor },
    customer: { id, email, groups: group === undefined ? [] : [group] },
    isFirstOrder: basket.isFirstOrder,
    country: basket.destination?.country,
    paymentMethod: basket.paymentMethod,
    couponCodes,
    uniqueCodes: state.uniqueCodes ?? new Map(),
    remaining: state.remaining ?? new Map(),
    at: basket.now,
    tax: cartTax(lines, shipping, context.taxation),
  };
  const outcome = evaluatePromotions(cart, set, policy);
  const giftLines = outcome.gifts.flatMap(({ sku, quantity, promotionId }) => {
    const line = choices.get(sku);
    return line ? [{ ...line, quantity, gift: promotionId }] : [];
  });
  return { outcome, giftLines };
}

const statesDiscounts = ({ lines, sent }: PricedGoods['basket']): boolean =>
  sent?.discountMinor !== undefined || lines.some(({ discountMinor }) => discountMinor !== undefined);

/** What promotions select goods by. */
export const goodsOf = (code: string, sku: SkuRecord | undefined) => ({
  sku: code,
  productId: sku?.product?.productId,
  categoryId: sku?.product?.categoryId ?? sku?.category,
  attributes: sku?.product?.attributes,
});

function cartLineOf(line: SellableLine, sku: SkuRecord | undefined, set: PromotionSet, currency: string): CartLine {
  const { quantity, unitPriceMinor, taxCategory } = line;
  return {
    ...goodsOf(line.sku, sku),
    quantity,
    unitPriceMinor,
    taxCategory,
    floorMinor: sku && floorOf(sku, set, currency),
  };
}

/** Lowest price of a unit: its cost with the margin of its category. Cost and price have one tax basis, as for the price guard. */
export function floorOf(
  { costMinor, currency, category }: SkuRecord,
  { minMarginBasisPoints: margins }: PromotionSet,
  orderCurrency: string,
): number | undefined {
  if (!margins || costMinor === undefined || currency !== orderCurrency) return undefined;
  const margin = (category === undefined ? undefined : ownValue(margins.byCategory, category)) ?? margins.default;
  return margin === undefined ? undefined : minPriceOf(costMinor, { minMarginBasisPoints: margin });
}

/** The SKUs of gifts that can be sold, as lines of one unit. */
function giftChoices(
  { promotions }: PromotionSet,
  assortment: Parameters<typeof sellable>[2],
  context: Parameters<typeof sellable>[1],
): ReadonlyMap<string, SellableLine> {
  const skus = new Set(promotions.flatMap(({ discount }) => (discount.kind === 'gift' ? discount.gifts : [])));
  return new Map(
    [...skus].flatMap((sku): [string, SellableLine][] => {
      if (!assortment.skus.has(sku)) return [];
      const sold = sellable([{ sku, quantity: 1, pointer: '' }], context, assortment);
      const [line] = 'refusal' in sold ? [] : sold.lines;
      return line ? [[sku, line]] : [];
    }),
  );
}

/** Tax of a cart whose prices are without it; undefined if they contain it, or none is due. */
function cartTax(lines: readonly SellableLine[], shipping: Shipping, taxation: Taxation): CartTax | undefined {
  if (taxation.taxIncluded || taxation.relief) return undefined;
  return {
    onTop: ({ taxCategory = standardCategory }, amountMinor) => taxOnTop(amountMinor, taxCategory, taxation),
    netOf: ({ taxCategory = standardCategory }, grossMinor) =>
      grossMinor - taxWithin(grossMinor, taxCategory, taxation),
    ofOrder: (amounts, shippingMinor) => {
      const parts = lines.map((line, index) => ({ ...partOf(line), amountMinor: amounts[index] ?? 0 }));
      const taxes = calculatedTaxes(parts, { ...shipping, shippingMinor }, taxation);
      return sumOf(taxes.lineTaxes) + sumOf(taxes.shipping.map(({ taxMinor }) => taxMinor));
    },
  };
}
