import { ownValue } from '../../../shared/input/own-value.ts';
import { exactMinor } from '../../../shared/contracts/promotions/analysis.ts';
import type { EffectReport } from '../../../shared/contracts/promotions/effect-routes.ts';
import type { SkuRecord } from '../../../shared/catalog/sku-item.ts';
import type { LakeEvent } from '../../../shared/lake/day-events.ts';
import { PlacedOrder } from '../../../shared/pricing/frozen-order.ts';
import { sumOf } from '../../../shared/pricing/price-order.ts';
import { sampleOf } from '../../../shared/reports/statistics.ts';
import { comparisonOf } from './comparison.ts';

/** The promotion whose effect is measured. Times are in milliseconds, `endMs` is exclusive. */
export type Measured = {
  promotionId: string;
  startMs: number;
  endMs: number;
  /** Days of the report, in order; the promotion may be in force on each of them. */
  daysWith: readonly string[];
  daysBefore: readonly string[];
  hasHoldout: boolean;
  /** Channels of the promotion; undefined: all. */
  channels?: readonly string[] | undefined;
};

const amounts = ['discount', 'giftCost', 'revenue', 'margin', 'unitsWithoutCost'] as const;
type Amount = (typeof amounts)[number];
const amountsBy = (amount: (name: Amount) => bigint): Record<Amount, bigint> => ({
  discount: amount('discount'),
  giftCost: amount('giftCost'),
  revenue: amount('revenue'),
  margin: amount('margin'),
  unitsWithoutCost: amount('unitsWithoutCost'),
});

/** What one currency has. Customers are pseudonyms. */
type Kept = {
  uses: number;
  sums: Record<string, string>;
  /** Revenue of each customer with the promotion, and of each that is held out. */
  customersWith: [string, number][];
  customersWithout: [string, number][];
  byDay: [string, number][];
};
/** What is kept between two days, as JSON. */
export type KeptEffect = { currencies: [string, Kept][]; earlier: string[]; orders: number };

type OfCurrency = {
  uses: number;
  sums: Record<Amount, bigint>;
  customersWith: Map<string, number>;
  customersWithout: Map<string, number>;
  byDay: Map<string, number>;
};

/** Adds up the orders of a promotion, order by order. */
export function createEffect(measured: Measured, skuOf: (sku: string) => SkuRecord | undefined, kept?: KeptEffect) {
  const currencies = new Map((kept?.currencies ?? []).map(([name, each]) => [name, restored(each)]));
  const earlier = new Set(kept?.earlier);
  let orders = kept?.orders ?? 0;

  function addOrder(day: string, order: PlacedOrder, customer: string | undefined): void {
    const { promotionId, startMs, endMs, channels } = measured;
    const at = Date.parse(order.pricing?.pricedAt ?? order.placedAt);
    if (customer !== undefined && at < startMs) earlier.add(customer);
    if (channels && !channels.includes(order.channel)) return;
    const own = currencies.get(order.currency) ?? restored();
    currencies.set(order.currency, own);
    const { netMinor, costMinor, unitsWithoutCost } = sidesOf(order, skuOf);
    own.byDay.set(day, (own.byDay.get(day) ?? 0) + netMinor);
    if (at < startMs || at >= endMs) return;
    const applied = order.discounts.filter((each) => each.promotionId === promotionId && each.reason === undefined);
    if (applied.length > 0) {
      const gifts = order.lines.filter(({ gift }) => gift === promotionId);
      const add = (name: Amount, amount: number) => (own.sums[name] += BigInt(amount));
      own.uses += 1;
      add('discount', sumOf(applied.map(({ appliedMinor }) => appliedMinor)));
      add('giftCost', sumOf(gifts.map(({ sku, quantity }) => quantity * (costOf(skuOf(sku), order.currency) ?? 0))));
      add('revenue', netMinor);
      add('margin', netMinor - costMinor);
      add('unitsWithoutCost', unitsWithoutCost);
    }
    const isHeldOut = order.pricing?.holdouts?.includes(promotionId) === true;
    if (customer === undefined || (applied.length === 0 && !isHeldOut)) return;
    const group = applied.length > 0 ? own.customersWith : own.customersWithout;
    group.set(customer, (group.get(customer) ?? 0) + netMinor);
  }

  return {
    /** Adds a placed order of a business day. */
    add: (day: string, { data, customer }: LakeEvent): void => {
      orders += 1;
      const order = PlacedOrder.safeParse(data);
      if (order.success) addOrder(day, order.data, customer);
    },
    orders: () => orders,
    report: (): EffectReport => ({
      currencies: [...currencies]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([currency, own]) => ({
          currency,
          uses: own.uses,
          discountMinor: exactMinor(own.sums.discount),
          giftCostMinor: exactMinor(own.sums.giftCost),
          revenueMinor: exactMinor(own.sums.revenue),
          marginMinor: exactMinor(own.sums.margin),
          unitsWithoutCost: exactMinor(own.sums.unitsWithoutCost),
          customers: own.customersWith.size,
          newCustomers: [...own.customersWith.keys()].filter((each) => !earlier.has(each)).length,
          comparison: measured.hasHoldout
            ? comparisonOf(
                'holdout',
                sampleOf([...own.customersWith.values()]),
                sampleOf([...own.customersWithout.values()]),
              )
            : comparisonOf('weeks-before', daysSample(own, measured.daysWith), daysSample(own, measured.daysBefore)),
        })),
    }),
    kept: (): KeptEffect => ({
      currencies: [...currencies].map(([name, own]): [string, Kept] => [name, keptOf(own)]),
      earlier: [...earlier],
      orders,
    }),
  };
}

/** A day without an order has no revenue. */
const daysSample = ({ byDay }: OfCurrency, days: readonly string[]) => sampleOf(days.map((day) => byDay.get(day) ?? 0));

const costOf = (sku: SkuRecord | undefined, currency: string): number | undefined =>
  sku?.currency === currency ? sku.costMinor : undefined;

/** Goods and shipping without tax and charges, and what the goods cost. */
function sidesOf(order: PlacedOrder, skuOf: (sku: string) => SkuRecord | undefined) {
  const chargesMinor = sumOf((order.charges ?? []).map(({ amountMinor }) => amountMinor));
  let [costMinor, unitsWithoutCost] = [0, 0];
  for (const { sku, quantity } of order.lines) {
    const cost = costOf(skuOf(sku), order.currency);
    costMinor += quantity * (cost ?? 0);
    if (cost === undefined) unitsWithoutCost += quantity;
  }
  return { netMinor: order.totalMinor - order.taxMinor - chargesMinor, costMinor, unitsWithoutCost };
}

const restored = (kept?: Kept): OfCurrency => ({
  uses: kept?.uses ?? 0,
  sums: amountsBy((name) => BigInt(ownValue(kept?.sums ?? {}, name) ?? '0')),
  customersWith: new Map(kept?.customersWith),
  customersWithout: new Map(kept?.customersWithout),
  byDay: new Map(kept?.byDay),
});
const keptOf = ({ uses, sums, customersWith, customersWithout, byDay }: OfCurrency): Kept => ({
  uses,
  sums: Object.fromEntries(amounts.map((name) => [name, String(sums[name])])),
  customersWith: [...customersWith],
  customersWithout: [...customersWithout],
  byDay: [...byDay],
});
