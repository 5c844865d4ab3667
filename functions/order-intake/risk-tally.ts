import * as z from 'zod';
import { mostCounted } from './risk.ts';

/** An order or a failed payment that is counted under a value. Times are milliseconds since the epoch. */
export type Entry = {
  id: string;
  /** When it happened: an order is placed, a payment fails. */
  at: number;
  /** When it was counted first: of a burst, those are too many that are counted beyond the limit. */
  countedAt: number;
  /** Of an order, under its customer. */
  totalMinor?: number | undefined;
  currency?: string | undefined;
};
const StoredEntry = z.object({
  at: z.int(),
  countedAt: z.int(),
  totalMinor: z.int().optional(),
  currency: z.string().optional(),
});
type Sums = { orders: number; totalMinor: number };

/** All that is known of one value: its latest entries by id, and by currency the sums of those dropped from them. */
export type Tally = { entries: ReadonlyMap<string, Entry>; former: ReadonlyMap<string, Sums> };

const orderPrefix = 'order#';
const failurePrefix = 'failure#';
export const orderEntryId = (orderId: string) => orderPrefix + orderId;
export const failureId = (provider: string, eventId: string) => `${failurePrefix}${provider}#${eventId}`;
/** Attributes of an item that sum up former orders in a currency. */
export const formerOrders = (currency: string) => `formerOrders#${currency}`;
export const formerTotal = (currency: string) => `formerTotalMinor#${currency}`;

/** Reads a value's item, in which each entry is an attribute of its own. */
export function tallyOf(item: Record<string, unknown>): Tally {
  const entries = new Map<string, Entry>();
  const former = new Map<string, Sums>();
  for (const [name, value] of Object.entries(item)) {
    if (name.startsWith(orderPrefix) || name.startsWith(failurePrefix)) {
      entries.set(name, { id: name, ...StoredEntry.parse(value) });
    } else if (name.startsWith(formerOrders(''))) {
      const currency = name.slice(formerOrders('').length);
      const orders = z.int().parse(value);
      former.set(currency, { orders, totalMinor: z.int().parse(item[formerTotal(currency)]) });
    }
  }
  return { entries, former };
}

/** Orders of the window around this one that were counted before it, itself included. */
export function ordersUpTo({ entries }: Tally, own: Entry, windowMs: number): number {
  const near = [...entries.values()].filter(({ id, at }) => id.startsWith(orderPrefix) && isNear(at, own.at, windowMs));
  return near.filter((entry) => byCount(entry, own) <= 0).length;
}

/** Ids of the failed payments of the window around this time. */
export const failuresNear = ({ entries }: Tally, time: number, windowMs: number): string[] =>
  [...entries.values()]
    .filter(({ id, at }) => id.startsWith(failurePrefix) && isNear(at, time, windowMs))
    .map(({ id }) => id);

/** What the customer ordered in a currency before this order. */
export function historyBefore({ entries, former }: Tally, own: Entry, currency: string): Sums {
  const { orders, totalMinor } = former.get(currency) ?? { orders: 0, totalMinor: 0 };
  const earlier = [...entries.values()].filter(
    (entry) => entry.currency === currency && entry.id !== own.id && byCount(entry, own) <= 0,
  );
  return {
    orders: orders + earlier.length,
    totalMinor: earlier.reduce((sum, entry) => sum + (entry.totalMinor ?? 0), totalMinor),
  };
}

const isNear = (at: number, time: number, windowMs: number) => Math.abs(at - time) < windowMs;

/** Orders of one batch are counted at the same time: then the later placed one is the later. */
const byCount = (a: Entry, b: Entry): number =>
  a.countedAt - b.countedAt || a.at - b.at || (a.id < b.id ? -1 : Number(a.id > b.id));

/**
 * Entries to drop from an item that has become long: the first counted. Seldom, as it is a write of its own. As many stay
 * as a batch has, so that what is counted twice at the same time is still there when it is counted again.
 */
export const superfluous = ({ entries }: Tally): Entry[] =>
  entries.size <= 2 * mostCounted ? [] : [...entries.values()].toSorted(byCount).slice(0, -mostCounted);
