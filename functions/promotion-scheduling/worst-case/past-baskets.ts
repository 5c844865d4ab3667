import * as z from 'zod';
import { daysBefore } from '../../../shared/business-day.ts';
import type { PlacedOrder } from '../../../shared/pricing/frozen-order.ts';
import type { SmallBasket } from './baskets.ts';

/** Baskets that are kept: those of most orders. */
const maxBaskets = 5000;
/** Different baskets of one day. */
const maxBasketsOfDay = 1000;
const maxLines = 50;
const daysKept = 365;

const Units = z.tuple([z.string(), z.int().positive()]);
const PastBasket = z.object({ lines: z.array(Units), orders: z.int(), lastDay: z.string() });

/** The different baskets of the last year, with the days that were counted. */
export const PastBaskets = z.object({ days: z.array(z.string()), baskets: z.array(PastBasket) });
export type PastBaskets = z.infer<typeof PastBaskets>;
export const noPastBaskets: PastBaskets = { days: [], baskets: [] };

/** Orders by basket of some days. */
export const DayBaskets = z.record(z.string(), z.array(z.object({ lines: z.array(Units), orders: z.int() })));
export type DayBaskets = z.infer<typeof DayBaskets>;

/** Counts the baskets of days, each with its SKUs in order. Gifts and very large baskets are left out. */
export function createBasketCounter(kept: DayBaskets = {}) {
  const days = new Map(
    Object.entries(kept).map(([day, own]) => [
      day,
      new Map(own.map(({ lines, orders }) => [JSON.stringify(lines), orders])),
    ]),
  );
  return {
    add(day: string, { lines }: Pick<PlacedOrder, 'lines'>): void {
      const units = new Map<string, number>();
      for (const { sku, quantity, gift } of lines) {
        if (!gift && quantity > 0) units.set(sku, (units.get(sku) ?? 0) + quantity);
      }
      if (units.size === 0 || units.size > maxLines) return;
      const ofDay = days.get(day) ?? new Map<string, number>();
      days.set(day, ofDay);
      const key = JSON.stringify([...units].toSorted(([a], [b]) => (a < b ? -1 : 1)));
      const orders = ofDay.get(key);
      if (orders !== undefined || ofDay.size < maxBasketsOfDay) ofDay.set(key, (orders ?? 0) + 1);
    },
    kept: (): DayBaskets =>
      Object.fromEntries(
        [...days].map(([day, own]) => [
          day,
          [...own].map(([key, orders]) => ({ lines: z.array(Units).parse(JSON.parse(key)), orders })),
        ]),
      ),
  };
}

/** Adds days. A day that was counted before changes nothing, so that a repeated replay does not count it twice. */
export function withDays(past: PastBaskets, added: DayBaskets): PastBaskets {
  const news = Object.entries(added).filter(([day]) => !past.days.includes(day));
  if (news.length === 0) return past;
  const days = [...past.days, ...news.map(([day]) => day)].toSorted();
  const oldest = daysBefore(days.at(-1) ?? '', daysKept);
  const byKey = new Map(past.baskets.map((basket) => [JSON.stringify(basket.lines), basket]));
  for (const [day, own] of news) {
    for (const { lines, orders } of own) {
      const key = JSON.stringify(lines);
      const known = byKey.get(key);
      const lastDay = known && known.lastDay > day ? known.lastDay : day;
      byKey.set(key, { lines, orders: (known?.orders ?? 0) + orders, lastDay });
    }
  }
  const kept = [...byKey]
    .filter(([, { lastDay }]) => lastDay > oldest)
    .toSorted(([a, one], [b, other]) => other.orders - one.orders || (a < b ? -1 : 1));
  return {
    days: days.filter((day) => day > oldest),
    baskets: kept.slice(0, maxBaskets).map(([, basket]) => basket),
  };
}

/** The baskets with one of these SKUs, those of most orders first. */
export function basketsWith(baskets: readonly SmallBasket[], skus: readonly string[]): SmallBasket[] {
  const wanted = new Set(skus);
  return baskets.filter((lines) => lines.some(([sku]) => wanted.has(sku)));
}

/** The first baskets that together have at most this number of SKUs. */
export function basketsOfSkus(baskets: readonly SmallBasket[], maxSkus: number): SmallBasket[] {
  const skus = new Set<string>();
  return baskets.filter((lines) => {
    const added = lines.flatMap(([sku]) => (skus.has(sku) ? [] : [sku]));
    if (skus.size + added.length > maxSkus) return false;
    for (const sku of added) skus.add(sku);
    return true;
  });
}

export const skusOf = (baskets: readonly SmallBasket[]): string[] => [
  ...new Set(baskets.flatMap((lines) => lines.map(([sku]) => sku))),
];
