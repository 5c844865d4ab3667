import { ownValue } from '../../../shared/input/own-value.ts';
import type { SkuRecord } from '../../../shared/catalog/sku-item.ts';
import type { PlacedOrder } from '../../../shared/pricing/frozen-order.ts';
import type { PricedBasket } from '../../../shared/pricing/price-basket.ts';
import { sumOf } from '../../../shared/pricing/price-order.ts';

/** Sums are exact at any size: one channel's large orders make no other result inexact. */
const sums = [
  'revenueBefore',
  'revenueAfter',
  'marginBefore',
  'marginAfter',
  'unitsBefore',
  'unitsAfter',
  'discount',
  'giftCost',
  'unitsWithoutCost',
] as const;
type SumName = (typeof sums)[number];
type Sums = Record<SumName, bigint>;
const sumsBy = (sum: (name: SumName) => bigint): Sums => ({
  revenueBefore: sum('revenueBefore'),
  revenueAfter: sum('revenueAfter'),
  marginBefore: sum('marginBefore'),
  marginAfter: sum('marginAfter'),
  unitsBefore: sum('unitsBefore'),
  unitsAfter: sum('unitsAfter'),
  discount: sum('discount'),
  giftCost: sum('giftCost'),
  unitsWithoutCost: sum('unitsWithoutCost'),
});

/** Amounts of one draft in one currency, of the whole rehearsal or of one day. */
type Totals = { orders: number; affected: number; sums: Sums };

/** An order whose total the draft changes. */
export type AffectedBasket = {
  orderId: string;
  placedAt: string;
  currency: string;
  beforeMinor: number;
  afterMinor: number;
  units: number;
};

const maxBaskets = 20;

const noTotals = (): Totals => ({
  orders: 0,
  affected: 0,
  sums: sumsBy(() => 0n),
});

type Compared = {
  order: PlacedOrder;
  day: string;
  before: PricedBasket;
  after: PricedBasket;
  /** Discount of the draft, with gifts and shipping. */
  promotionId: string;
  skuOf: (sku: string) => SkuRecord | undefined;
};

/** The comparison of one draft with what was, added up order by order. */
export function createTally(kept?: KeptTally) {
  const byCurrency = new Map(kept?.byCurrency.map(([name, totals]) => [name, restored(totals)]));
  const byDay = new Map(kept?.byDay.map(([name, totals]) => [name, restored(totals)]));
  let baskets: AffectedBasket[] = kept?.baskets ?? [];

  return {
    add(compared: Compared): void {
      const { order, day, before, after } = compared;
      const amounts = amountsOf(compared);
      const isAffected = before.totals.totalMinor !== after.totals.totalMinor || amounts.discount > 0;
      for (const totals of [totalsIn(byCurrency, order.currency), totalsIn(byDay, `${day} ${order.currency}`)]) {
        totals.orders += 1;
        totals.affected += isAffected ? 1 : 0;
        for (const name of sums) totals.sums[name] += BigInt(amounts[name]);
      }
      if (isAffected) baskets = withBasket(baskets, basketOf(compared));
    },
    byCurrency: (): [string, Totals][] => [...byCurrency].toSorted(byName),
    byDay: (): [string, Totals][] => [...byDay].toSorted(byName),
    baskets: () => baskets,
    kept: (): KeptTally => ({
      byCurrency: [...byCurrency].map(([name, totals]) => [name, keptTotals(totals)]),
      byDay: [...byDay].map(([name, totals]) => [name, keptTotals(totals)]),
      baskets,
    }),
  };
}
export type Tally = ReturnType<typeof createTally>;

const byName = ([a]: [string, unknown], [b]: [string, unknown]) => (a < b ? -1 : 1);

function totalsIn(all: Map<string, Totals>, name: string): Totals {
  const known = all.get(name);
  if (known) return known;
  const totals = noTotals();
  all.set(name, totals);
  return totals;
}

function amountsOf({ before, after, promotionId, skuOf, order }: Compared): Record<SumName, number> {
  const [was, is] = [sideOf(before, order.currency, skuOf), sideOf(after, order.currency, skuOf)];
  const own = after.promotions.applied.filter((applied) => applied.promotionId === promotionId);
  const gifts = after.lines.filter(({ gift }) => gift === promotionId);
  const chargesMinor = sumOf((order.charges ?? []).map(({ amountMinor }) => amountMinor));
  return {
    revenueBefore: was.netMinor - chargesMinor,
    revenueAfter: is.netMinor - chargesMinor,
    marginBefore: was.netMinor - chargesMinor - was.costMinor,
    marginAfter: is.netMinor - chargesMinor - is.costMinor,
    unitsBefore: was.units,
    unitsAfter: is.units,
    discount: sumOf(own.map(({ discountMinor }) => discountMinor)),
    giftCost: sumOf(gifts.map(({ sku, quantity }) => quantity * (costOf(skuOf(sku), order.currency) ?? 0))),
    unitsWithoutCost: is.unitsWithoutCost,
  };
}

/** Goods and shipping without tax, and what the goods cost. A SKU without a cost in the currency costs nothing here. */
function sideOf({ lines, totals }: PricedBasket, currency: string, skuOf: Compared['skuOf']) {
  let [units, costMinor, unitsWithoutCost] = [0, 0, 0];
  for (const { sku, quantity } of lines) {
    const cost = costOf(skuOf(sku), currency);
    units += quantity;
    costMinor += quantity * (cost ?? 0);
    if (cost === undefined) unitsWithoutCost += quantity;
  }
  return { units, costMinor, unitsWithoutCost, netMinor: totals.totalMinor - totals.taxMinor };
}

const costOf = (sku: SkuRecord | undefined, currency: string): number | undefined =>
  sku?.currency === currency ? sku.costMinor : undefined;

const basketOf = ({ order, before, after }: Compared): AffectedBasket => ({
  orderId: order.orderId,
  placedAt: order.placedAt,
  currency: order.currency,
  beforeMinor: before.totals.totalMinor,
  afterMinor: after.totals.totalMinor,
  units: sumOf(after.lines.map(({ quantity }) => quantity)),
});

const changeOf = ({ beforeMinor, afterMinor }: AffectedBasket) => Math.abs(beforeMinor - afterMinor);
/** The most affected baskets, the largest change first, and of equal changes the earliest order id. */
function withBasket(baskets: readonly AffectedBasket[], basket: AffectedBasket): AffectedBasket[] {
  const last = baskets.at(-1);
  if (baskets.length >= maxBaskets && last && changeOf(last) > changeOf(basket)) return [...baskets];
  return [...baskets, basket]
    .toSorted((a, b) => changeOf(b) - changeOf(a) || (a.orderId < b.orderId ? -1 : 1))
    .slice(0, maxBaskets);
}

/** As JSON, which has no bigint. */
type KeptTotals = { orders: number; affected: number; sums: Record<string, string> };
export type KeptTally = {
  byCurrency: [string, KeptTotals][];
  byDay: [string, KeptTotals][];
  baskets: AffectedBasket[];
};
const keptTotals = ({ orders, affected, sums: own }: Totals): KeptTotals => ({
  orders,
  affected,
  sums: Object.fromEntries(sums.map((name) => [name, String(own[name])])),
});
const restored = ({ orders, affected, sums: own }: KeptTotals): Totals => ({
  orders,
  affected,
  sums: sumsBy((name) => BigInt(ownValue(own, name) ?? '0')),
});
