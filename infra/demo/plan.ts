import { Temporal } from 'temporal-polyfill';
import type { Month, MonthOrder } from './month.ts';

/** What has happened to an order until now. */
export type Stage = 'placed' | 'cancelled' | 'paid' | 'allocated' | 'partly-shipped' | 'shipped' | 'delivered';

const today: readonly Stage[] = ['paid', 'placed', 'allocated', 'cancelled'];

/** The stage of an order by its age; `index` is its place among all orders. */
export function stageOf(daysAgo: number, index: number): Stage {
  if (daysAgo === 0) return today[index % today.length] ?? 'paid';
  if (index % 17 === 7) return 'cancelled';
  if (daysAgo === 1) return index % 2 === 0 ? 'paid' : 'allocated';
  if (daysAgo <= 3) return index % 3 === 0 ? 'partly-shipped' : 'shipped';
  return daysAgo <= 5 ? 'shipped' : 'delivered';
}

/** The instant of a local time, so many days before `lastDay`, plus hours. */
export const instantOf = (lastDay: string, timeZone: string, daysAgo: number, minute: number, plusHours = 0): string =>
  Temporal.PlainDate.from(lastDay)
    .subtract({ days: daysAgo })
    .toZonedDateTime({
      timeZone,
      plainTime: Temporal.PlainTime.from({ hour: Math.floor(minute / 60), minute: minute % 60 }),
    })
    .add({ hours: plusHours })
    .toInstant()
    .toString();

export const dayOf = (lastDay: string, daysAfter: number): string =>
  Temporal.PlainDate.from(lastDay).add({ days: daysAfter }).toString();

/** Words of product names by category. */
const words: readonly (readonly [string, RegExp])[] = [
  ['christmas', /CHRISTMAS|PAPER CHAIN|REINDEER|SNOW|SANTA/],
  ['lights', /LIGHT|LANTERN|CANDLE|LAMP/],
  ['bags', /BAG\b|BAGS\b|PURSE|HOLDER/],
  ['kitchen', /CAKE|MUG|CUP|TEA|BOWL|PLATE|TIN\b|BAKING|KITCHEN|LUNCH|JAM|SPOON/],
  ['warmth', /WARMER|HOT WATER/],
];
export const categories: Readonly<Record<string, string>> = {
  christmas: 'Christmas',
  lights: 'Lights and candles',
  bags: 'Bags',
  kitchen: 'Kitchen',
  warmth: 'Hot water bottles and warmers',
  home: 'Home and gifts',
};
export const categoryOf = (name: string): string => words.find(([, pattern]) => pattern.test(name))?.[0] ?? 'home';

/** Products that become scarce: their units above what is ordered. The others have forty. */
const spareUnits: ReadonlyMap<number, number> = new Map([
  [1, 0],
  [2, 4],
  [9, 3],
  [12, 6],
]);
export const reorderPoint = 12;
export const isScarce = (product: number): boolean => spareUnits.has(product);

/** Units of the opening stock by product: all that is ordered, and some more. */
export function openingStock({ products, orders }: Month, others: readonly MonthOrder['lines'][]): number[] {
  const units = products.map((_, product) => spareUnits.get(product) ?? 40);
  for (const lines of [...orders.map((order) => order.lines), ...others]) {
    for (const { product, quantity } of lines) units[product] = (units[product] ?? 0) + quantity;
  }
  return units;
}
