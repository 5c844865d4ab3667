import * as z from 'zod';
import { maxCounterEntries } from './risk-score.ts';

const StoredCounterEntry = z.object({
  id: z.string(),
  /** When the order was placed or the payment failed, in milliseconds since the epoch. */
  at: z.int(),
  /** On a customer's counter: the purchased amount of the order; absent while nothing was paid or shipped. */
  totalMinor: z.int().optional(),
  currency: z.string().optional(),
});
/** An order or a failed payment that a counter includes. */
export type CounterEntry = z.infer<typeof StoredCounterEntry>;
type PurchaseTotals = { orders: number; totalMinor: number };

/**
 * Counter of one value (a customer, mailbox, address or card): its latest entries by id, oldest count first, and per
 * currency the totals of entries that were dropped. `version` increases with each change; 0 is a counter not stored yet.
 */
export type VelocityCounter = {
  version: number;
  entries: ReadonlyMap<string, CounterEntry>;
  former: ReadonlyMap<string, PurchaseTotals>;
};

const orderPrefix = 'order#';
const failurePrefix = 'failure#';
export const orderEntryId = (orderId: string) => orderPrefix + orderId;
export const failureEntryId = (provider: string, eventId: string) => `${failurePrefix}${provider}#${eventId}`;

/** The counter's attributes in the risk table. */
const StoredCounter = z.object({
  version: z.int().positive(),
  entries: z.array(StoredCounterEntry),
  former: z.record(z.string(), z.object({ orders: z.int(), totalMinor: z.int() })),
});
export const emptyCounter: VelocityCounter = { version: 0, entries: new Map(), former: new Map() };

export function parseCounter(item: unknown): VelocityCounter {
  const { version, entries, former } = StoredCounter.parse(item);
  return { version, entries: byId(entries), former: new Map(Object.entries(former)) };
}

export const storedCounter = ({ version, entries, former }: VelocityCounter): z.infer<typeof StoredCounter> => ({
  version,
  entries: [...entries.values()],
  former: Object.fromEntries(former),
});

/**
 * Updates the purchased amounts of orders that the counter includes; returns the same object if nothing changed. Amounts
 * never decrease, because events arrive late and more than once.
 */
export function withPurchases(counter: VelocityCounter, entries: readonly CounterEntry[]): VelocityCounter {
  const increased = entries.filter((entry) => {
    const known = counter.entries.get(entry.id);
    return known !== undefined && (entry.totalMinor ?? 0) > (known.totalMinor ?? 0);
  });
  if (increased.length === 0) return counter;
  // An existing entry keeps its position in the Map.
  return { ...counter, version: counter.version + 1, entries: byId([...counter.entries.values(), ...increased]) };
}

/**
 * Adds entries, each once, in order of time; returns the same object if it includes all of them already. An entry is not
 * added if its window is full: no limit is higher, so that a value of all customers of a channel, such as `guest`, needs no
 * write per order.
 */
export function withEntries(before: VelocityCounter, more: readonly CounterEntry[], windowMs: number): VelocityCounter {
  const counter = withPurchases(before, more);
  const missing = more
    .filter(({ id }) => !counter.entries.has(id))
    .toSorted((a, b) => a.at - b.at || (a.id < b.id ? -1 : Number(a.id > b.id)));
  const entries = new Map(counter.entries);
  for (const entry of missing) if (!isWindowFull(entries, entry, windowMs)) entries.set(entry.id, entry);
  if (entries.size === counter.entries.size) return counter;
  return compacted({ ...counter, version: before.version + 1, entries });
}

function isWindowFull(entries: ReadonlyMap<string, CounterEntry>, { id, at }: CounterEntry, windowMs: number): boolean {
  if (entries.size < maxCounterEntries) return false;
  const prefix = id.startsWith(orderPrefix) ? orderPrefix : failurePrefix;
  const inWindow = [...entries.values()].filter(
    (entry) => entry.id.startsWith(prefix) && isWithinWindow(entry.at, at, windowMs),
  );
  return inWindow.length >= maxCounterEntries;
}

/**
 * Number of orders in the window around this one that were counted up to and including it. If its window is full, it is not
 * counted itself, and comes after all others.
 */
export const ordersUpTo = (counter: VelocityCounter, own: CounterEntry, windowMs: number): number =>
  entriesUpTo(counter, own).filter(({ id, at }) => id.startsWith(orderPrefix) && isWithinWindow(at, own.at, windowMs))
    .length;

/** Ids of the failed payments in the window around this time. */
export const failuresNear = (entries: Iterable<CounterEntry>, time: number, windowMs: number): string[] =>
  [...entries]
    .filter(({ id, at }) => id.startsWith(failurePrefix) && isWithinWindow(at, time, windowMs))
    .map(({ id }) => id);

/** The customer's purchases in a currency before this order; orders without a purchased amount do not count. */
export function purchasesBefore(counter: VelocityCounter, own: CounterEntry, currency: string): PurchaseTotals {
  const { orders, totalMinor } = counter.former.get(currency) ?? { orders: 0, totalMinor: 0 };
  const earlier = entriesUpTo(counter, own).filter((entry) => entry.currency === currency && entry.id !== own.id);
  return {
    orders: orders + earlier.length,
    totalMinor: earlier.reduce((sum, entry) => sum + (entry.totalMinor ?? 0), totalMinor),
  };
}

function entriesUpTo({ entries }: VelocityCounter, own: CounterEntry): CounterEntry[] {
  if (!entries.has(own.id)) return [...entries.values(), own];
  return [...entries.values()].slice(0, [...entries.keys()].indexOf(own.id) + 1);
}

const byId = (entries: readonly CounterEntry[]) => new Map(entries.map((entry) => [entry.id, entry]));
const isWithinWindow = (at: number, time: number, windowMs: number) => Math.abs(at - time) < windowMs;

/**
 * Drops the oldest entries of a long counter and adds purchased amounts to the totals. A batch's worth of entries stays,
 * so that a redelivered event finds its order counted.
 */
function compacted(counter: VelocityCounter): VelocityCounter {
  if (counter.entries.size <= 2 * maxCounterEntries) return counter;
  const oldestFirst = [...counter.entries.values()];
  const former = new Map(counter.former);
  for (const { currency, totalMinor = 0 } of oldestFirst.slice(0, -maxCounterEntries)) {
    if (currency === undefined) continue;
    const totals = former.get(currency) ?? { orders: 0, totalMinor: 0 };
    former.set(currency, { orders: totals.orders + 1, totalMinor: totals.totalMinor + totalMinor });
  }
  return { ...counter, former, entries: byId(oldestFirst.slice(-maxCounterEntries)) };
}
