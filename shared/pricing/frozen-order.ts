import * as z from 'zod';
import type { SkuRecord } from '../catalog/sku-item.ts';
import { maxEntries } from '../contracts/bounds.ts';
import { Discount, OrderPlaced } from '../contracts/orders/events.ts';
import { standardCategory } from '../tax/rates.ts';
import { anyCountry, type TaxZone } from '../tax/tax-zones.ts';
import type { Basket, PricedBasket } from './price-basket.ts';
import { grossOf, sumOf } from './price-order.ts';
import type { PriceList } from './price-lists.ts';
import type { PricingRules } from './pricing-rules.ts';
import { normalCode } from './promotions/coupon-code.ts';
import type { PromotionState } from './promotions/types.ts';

const placed = OrderPlaced.envelope.shape.detail.shape.data.shape;
const line = placed.lines.element.shape;

/** What the lake has of a placed order, as far as its price depends on it: it has no personal data. */
export const PlacedOrder = z.object({
  orderId: z.string(),
  channel: z.string(),
  currency: z.string(),
  customer: z.object({ group: z.string().optional() }),
  shippingAddress: z.object({ country: z.string() }),
  shippingMethod: z.string(),
  couponCodes: z.array(z.string()).max(maxEntries),
  paymentMethod: placed.paymentMethod,
  lines: z
    .array(
      z.object({
        lineId: z.string(),
        partOf: z.string().optional(),
        sku: z.string(),
        quantity: z.int(),
        unitPriceMinor: z.int(),
        discountMinor: z.int(),
        taxMinor: z.int(),
        category: z.string().optional(),
        taxCategory: z.string().optional(),
        gift: line.gift,
      }),
    )
    .max(maxEntries),
  subtotalMinor: z.int(),
  discountMinor: z.int(),
  shippingMinor: z.int(),
  taxMinor: z.int(),
  taxIncluded: z.boolean(),
  totalMinor: z.int(),
  charges: placed.charges,
  taxes: z.array(z.unknown()).optional(),
  taxZone: z.object({ zoneId: z.string(), treatment: z.string().optional() }).optional(),
  pricing: placed.pricing,
  discounts: z.array(Discount).max(maxEntries),
  placedAt: z.string(),
  exchangeOf: z.unknown().optional(),
});
export type PlacedOrder = z.infer<typeof PlacedOrder>;

/**
 * Whether the store priced the order by its lists and promotions. It did not for a channel that prices itself, and an
 * exchange keeps the price paid.
 */
export const isPricedByStore = ({ taxes, pricing, exchangeOf }: PlacedOrder): boolean =>
  taxes !== undefined && pricing?.pricedBy !== 'channel' && exchangeOf === undefined;

/** Every price is that of the order, as it was sold: this list has the highest priority, and no tax is converted. */
const frozenList = 'frozen';

/** The input by which a placed order is priced again: with its own unit prices. */
export type FrozenOrder = {
  basket: Basket;
  skus: ReadonlyMap<string, SkuRecord>;
  priceList: PriceList;
  state: PromotionState;
  /** Customer by pseudonym, so that limits per customer can be followed. */
  customer: string | undefined;
};

/**
 * The basket of a placed order, its SKUs with the prices of the order, and what is known of gifts and codes. `skuOf` gives
 * the record of today, for costs and what promotions select by. `customer` is the pseudonym.
 */
export function frozenOrder(
  order: PlacedOrder,
  { skuOf, taxIncludedIn }: FrozenFrom,
  customer: string | undefined,
): FrozenOrder {
  const requested = requestedLines(order.lines.filter(({ gift }) => gift === undefined));
  const given = requestedLines(order.lines.filter(({ gift }) => gift !== undefined));
  const at = Date.parse(order.placedAt);
  const now = order.pricing?.pricedAt === undefined ? at : Date.parse(order.pricing.pricedAt);
  const basket: Basket = {
    currency: order.currency,
    lines: requested.map(({ sku, quantity }, index) => ({ sku, quantity, pointer: `/lines/${index}` })),
    channel: { channel: order.channel, pricesItself: false, taxIncluded: pricesIncludedTax(order, taxIncludedIn) },
    customer: { id: customer, group: order.customer.group, ...taxStatusOf(order) },
    destination: { country: order.shippingAddress.country },
    shippingMethod: order.shippingMethod,
    charges: order.charges,
    couponCodes: order.couponCodes,
    paymentMethod: order.paymentMethod,
    at,
    now,
  };
  return {
    basket,
    skus: frozenSkus(order.currency, [...requested, ...given], skuOf),
    priceList: {
      listId: frozenList,
      name: frozenList,
      currency: order.currency,
      priority: Number.MAX_SAFE_INTEGER,
      taxIncluded: order.taxIncluded,
      version: 1,
    },
    state: {
      available: new Map(given.map(({ sku }): [string, number] => [sku, Number.MAX_SAFE_INTEGER])),
      uniqueCodes: uniqueCodesOf(order),
    },
    customer,
  };
}

type FrozenFrom = {
  skuOf: (sku: string) => SkuRecord | undefined;
  /** Whether the prices of a channel contain tax, if its settings say so. */
  taxIncludedIn: (channel: string) => boolean | undefined;
};

/** The amounts of a relieved order have no tax whether its prices contained it or not. */
const pricesIncludedTax = (
  { taxZone, taxIncluded, channel }: PlacedOrder,
  taxIncludedIn: FrozenFrom['taxIncludedIn'],
) =>
  taxZone?.treatment === 'exemption' || taxZone?.treatment === 'reverse-charge' ? taxIncludedIn(channel) : taxIncluded;

/** The lines as requested: the parts of a line from several warehouses together, as its tax was rounded. */
function requestedLines(lines: PlacedOrder['lines']): PlacedOrder['lines'] {
  if (lines.every(({ partOf }) => partOf === undefined)) return lines;
  return [...Map.groupBy(lines, ({ lineId, partOf = lineId }) => partOf).values()].flatMap((parts) => {
    const [first] = parts;
    if (!first) return [];
    const sum = (name: 'quantity' | 'discountMinor' | 'taxMinor') => sumOf(parts.map((part) => part[name]));
    return [{ ...first, quantity: sum('quantity'), discountMinor: sum('discountMinor'), taxMinor: sum('taxMinor') }];
  });
}

function frozenSkus(
  currency: string,
  lines: PlacedOrder['lines'],
  skuOf: (sku: string) => SkuRecord | undefined,
): Map<string, SkuRecord> {
  const skus = new Map<string, SkuRecord>();
  for (const [sku, own] of Map.groupBy(lines, (each) => each.sku)) {
    const [first] = own;
    if (!first) continue;
    const current = skuOf(sku);
    const units = sumOf(own.filter(({ gift }) => gift === undefined).map(({ quantity }) => quantity));
    // A gift has the price of one unit, which may differ from that of the units that were bought.
    const breaks = own.map(({ gift, unitPriceMinor }) => ({
      minQuantity: gift === undefined ? units : 1,
      unitPriceMinor,
    }));
    skus.set(sku, {
      sku,
      name: sku,
      priceMinor: first.unitPriceMinor,
      currency,
      taxCategory: first.taxCategory ?? standardCategory,
      category: first.category ?? current?.category,
      active: true,
      prices: [{ listId: frozenList, from: '1970-01-01T00:00:00.000Z', breaks: uniqueBreaks(breaks) }],
      ...(current?.product && { product: onSale(current.product) }),
      ...(current?.costMinor !== undefined && current.currency === currency && { costMinor: current.costMinor }),
    });
  }
  return skus;
}

/** An order was priced, so that its goods were on sale then. */
const onSale = ({ publishedFrom: _from, publishedUntil: _until, ...product }: NonNullable<SkuRecord['product']>) => ({
  ...product,
  status: 'published' as const,
});

const uniqueBreaks = (breaks: readonly { minQuantity: number; unitPriceMinor: number }[]) =>
  [...new Map(breaks.map((each) => [each.minQuantity, each])).values()].toSorted(
    (a, b) => a.minQuantity - b.minQuantity,
  );

/** The lake has no VAT numbers and reasons. The treatment says that there was one. */
function taxStatusOf({ taxZone }: PlacedOrder): NonNullable<Basket['customer']> {
  if (taxZone?.treatment === 'exemption') return { taxExemption: { reason: '' } };
  return taxZone?.treatment === 'reverse-charge' ? { vatNumber: 'DE123456789' } : {};
}

/** Codes of batches that the order used or entered. Shared codes are in the promotions. */
const uniqueCodesOf = ({ discounts, couponCodes }: PlacedOrder): NonNullable<PromotionState['uniqueCodes']> => {
  const entered = new Set(couponCodes.map(normalCode));
  return new Map(
    discounts.flatMap(({ code, promotionId, reason }): [string, { promotionId: string; isUsed: boolean }][] =>
      promotionId !== undefined && entered.has(normalCode(code))
        ? [[normalCode(code), { promotionId, isUsed: reason === 'limit-reached' }]]
        : [],
    ),
  );
};

/** The rules by which an order is priced again, with the zone that it was taxed in whatever its address was. */
export const rulesOfOrder = ({ taxZone }: PlacedOrder, rules: PricingRules, priceList: PriceList): PricingRules => {
  const zone = taxZone && rules.taxZones.zones.find(({ zoneId }) => zoneId === taxZone.zoneId);
  const zones = zone ? [everywhere(zone)] : rules.taxZones.zones;
  return { ...rules, taxZones: { ...rules.taxZones, zones }, priceLists: [priceList] };
};

const everywhere = ({ region: _region, postalRanges: _ranges, ...zone }: TaxZone): TaxZone => ({
  ...zone,
  country: anyCountry,
});

/** An amount that differs from the one that was charged. */
export type AmountDifference = { field: string; chargedMinor: number; recomputedMinor: number };

/** The amounts of an order that another pricing has otherwise. */
export function differencesOf(order: PlacedOrder, priced: PricedBasket): AmountDifference[] {
  const charged = [
    ...requestedLines(order.lines.filter(({ gift }) => gift === undefined)),
    ...requestedLines(order.lines.filter(({ gift }) => gift !== undefined)),
  ];
  const pairs = Array.from({ length: Math.max(charged.length, priced.lines.length) }, (_, index) => {
    const [was, is] = [charged[index], priced.lines[index]];
    return (['discountMinor', 'taxMinor', 'gross'] as const).map((name): AmountDifference => {
      const amountOf = (each: typeof was | typeof is) => (each ? (name === 'gross' ? grossOf(each) : each[name]) : 0);
      return { field: `/lines/${index}/${name}`, chargedMinor: amountOf(was), recomputedMinor: amountOf(is) };
    });
  });
  const totals = (['subtotalMinor', 'discountMinor', 'shippingMinor', 'taxMinor', 'totalMinor'] as const).map(
    (name): AmountDifference => ({
      field: `/${name}`,
      chargedMinor: order[name],
      recomputedMinor: priced.totals[name],
    }),
  );
  return [...totals, ...pairs.flat()].filter(({ chargedMinor, recomputedMinor }) => chargedMinor !== recomputedMinor);
}
