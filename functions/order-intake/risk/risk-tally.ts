import * as z from 'zod';
import { mostCounted } from './risk.ts';

const StoredEntry = z.object({
  id: z.string(),
  /** When it happened, in ms since the epoch: an order is placed, a payment fails. */
  at: z.int(),
  /** Of an order, under its customer: what was bought of it, once something was. */
  totalMinor: z.int().optional(),
  currency: z.string().optional(),
});
/** An order or a failed payment that is counted under a value. */
export type Entry = z.infer<typeof StoredEntry>;
type Sums = { orders: number; totalMinor: number };

/**
 * All that is known of one value: its latest entries by id, in the order in which they were counted, and by currency the
 * sums of those dropped from them. `version` counts its changes; 0 was never stored.
 */
export type Tally = { version: number; entries: ReadonlyMap<string, Entry>; former: ReadonlyMap<string, Sums> };

const orderPrefix = 'order#';
const failurePrefix = 'failure#';
export const orderEntryId = (orderId: string) => orderPrefix + orderId;
export const failureId = (provider: string, eventId: string) => `${failurePrefix}${provider}#${eventId}`;

/** A value's tally as it is stored. */
const StoredTally = z.object({
  version: z.int().positive(),
  entries: z.array(StoredEntry),
  former: z.record(z.string(), z.object({ orders: z.int(), totalMinor: z.int() })),
});
export const noTally: Tally = { version: 0, entries: new Map(), former: new Map() };

export function tallyOf(item: unknown): Tally {
  const { version, entries, former } = StoredTally.parse(item);
  return { version, entries: byId(entries), former: new Map(Object.entries(former)) };
}

export const storedTally = ({ version, entries, former }: Tally): z.infer<typeof StoredTally> => ({
  version,
  entries: [...entries.values()],
  former: Object.fromEntries(former),
});

/**
 * The tally with what is bought by now of the orders that it has, others left out: the very same where it knows that. An
 * amount only grows, as what tells of it may come late or again.
 */
export function withBought(tally: Tally, entries: readonly Entry[]): Tally {
  const grown = entries.filter((entry) => {
    const known = tally.entries.get(entry.id);
    return known !== undefined && (entry.totalMinor ?? 0) > (known.totalMinor ?? 0);
  });
  if (grown.length === 0) return tally;
  // Each keeps its place, which is that at which it was counted first.
  return { ...tally, version: tally.version + 1, entries: byId([...tally.entries.values(), ...grown]) };
}

/** The tally with these entries, each once, the first to happen first: the very same where it has them all. */
export function withEntries(before: Tally, more: readonly Entry[]): Tally {
  const tally = withBought(before, more);
  const added = more.filter(({ id }) => !tally.entries.has(id));
  if (added.length === 0) return tally;
  const inOrder = added.toSorted((a, b) => a.at - b.at || (a.id < b.id ? -1 : Number(a.id > b.id)));
  const entries = byId([...tally.entries.values(), ...inOrder]);
  return shortened({ ...tally, version: before.version + 1, entries });
}

/** Orders of the window around this one that were counted before it, itself included. */
export const ordersUpTo = (tally: Tally, own: Entry, windowMs: number): number =>
  countedUpTo(tally, own).filter(({ id, at }) => id.startsWith(orderPrefix) && isNear(at, own.at, windowMs)).length;

/** Ids of the failed payments of the window around this time. */
export const failuresNear = (entries: Iterable<Entry>, time: number, windowMs: number): string[] =>
  [...entries].filter(({ id, at }) => id.startsWith(failurePrefix) && isNear(at, time, windowMs)).map(({ id }) => id);

/** What the customer bought in a currency before this order: orders of which nothing was bought are none. */
export function historyBefore(tally: Tally, own: Entry, currency: string): Sums {
  const { orders, totalMinor } = tally.former.get(currency) ?? { orders: 0, totalMinor: 0 };
  const earlier = countedUpTo(tally, own).filter((entry) => entry.currency === currency && entry.id !== own.id);
  return {
    orders: orders + earlier.length,
    totalMinor: earlier.reduce((sum, entry) => sum + (entry.totalMinor ?? 0), totalMinor),
  };
}

function countedUpTo({ entries }: Tally, { id }: Entry): Entry[] {
  const ids = [...entries.keys()];
  return [...entries.values()].slice(0, ids.indexOf(id) + 1);
}

const byId = (entries: readonly Entry[]) => new Map(entries.map((entry) => [entry.id, entry]));
const isNear = (at: number, time: number, windowMs: number) => Math.abs(at - time) < windowMs;

/**
 * Drops the entries that were counted first from a tally that has become long, orders with an amount into the sums. As
 * many stay as a batch has, so that an event that comes again finds its order counted.
 */
function shortened(tally: Tally): Tally {
  if (tally.entries.size <= 2 * mostCounted) return tally;
  const inOrder = [...tally.entries.values()];
  const former = new Map(tally.former);
  for (const { currency, totalMinor = 0 } of inOrder.slice(0, -mostCounted)) {
    if (currency === undefined) continue;
    const sums = former.get(currency) ?? { orders: 0, totalMinor: 0 };
    former.set(currency, { orders: sums.orders + 1, totalMinor: sums.totalMinor + totalMinor });
  }
  return { ...tally, former, entries: byId(inOrder.slice(-mostCounted)) };
}
