import { countWithinBytes } from '../contracts/list-query.ts';

/** Up to `count` sort keys of an index after a position, in the order of the list. Without `next`, there are no more. */
export type KeySource = (
  after: string | undefined,
  count: number,
) => Promise<{ keys: string[]; next?: string | undefined }>;

/** Limits of reads per page: a filter that matches few entries gives a short page with a cursor, never a scan. */
const maxReadingRounds = 10;
const maxRounds = 40;
const keysPerFilteredRound = 100;
/** While the keys of a round are mostly not wanted. */
const keysPerSkippingRound = 1000;

type PageOptions = {
  limit: number;
  /** Where the page before ended. */
  after: string | undefined;
  /** Whether some keys or entries are left out, so that a round reads more keys than the page has room for. */
  isFiltered: boolean;
  /**
   * Keys of other channels are skipped without reading their entries, so that a page of a channel does not show, by being
   * short, how many orders others have.
   * @default every key is read
   */
  isKeyWanted?: (key: string) => boolean;
};

/**
 * A page of a list whose index has keys only: reads keys, then their entries, until the page has `limit` entries or about
 * 0.9 MB. `read` returns the entries by key, without those that a filter leaves out. `last` is the position of the cursor;
 * without it, the list ends. Positions are keys, so that entries added or removed between pages shift nothing.
 */
export async function collectPage<T>(
  source: KeySource,
  read: (keys: string[]) => Promise<ReadonlyMap<string, T>>,
  { limit, after, isFiltered, isKeyWanted = () => true }: PageOptions,
): Promise<{ entries: T[]; last?: string }> {
  const perRound = isFiltered ? Math.max(limit, keysPerFilteredRound) : limit;
  const found: { key: string; entry: T }[] = [];
  let position = after;
  let count = perRound;
  let entriesRead = 0;
  for (let round = 1; ; round += 1) {
    const { keys, next } = await source(position, count);
    const allWanted = keys.filter(isKeyWanted);
    const wanted = allWanted.slice(0, perRound);
    const end = allWanted.length > wanted.length ? wanted.at(-1) : next;
    const byKey = await read(wanted);
    for (const key of wanted) {
      const entry = byKey.get(key);
      if (entry !== undefined) found.push({ key, entry });
    }
    entriesRead += wanted.length;
    const fitting = found.slice(0, Math.min(limit, countWithinBytes(found)));
    const isLastRound = end === undefined || round === maxRounds || entriesRead >= maxReadingRounds * perRound;
    if (fitting.length === limit || fitting.length < found.length || isLastRound) {
      const entries = fitting.map(({ entry }) => entry);
      const isCut = fitting.length < found.length;
      const last = isCut ? fitting.at(-1)?.key : end;
      return { entries, ...(last !== undefined && { last }) };
    }
    position = end;
    count = wanted.length * 2 < keys.length ? Math.max(perRound, keysPerSkippingRound) : perRound;
  }
}

type ReadKeys = (partition: string, after: string | undefined, count: number) => Promise<string[]>;

/**
 * Keys of several partitions of an index, merged, the newest first and each once; those before `from` are left out. One key
 * more than requested shows whether there are more.
 */
export const newestOf =
  (partitions: readonly string[], readKeys: ReadKeys, from?: string, before?: string): KeySource =>
  async (after, count) => {
    const start = after ?? before;
    const read = await Promise.all(partitions.map((partition) => readKeys(partition, start, count + 1)));
    const merged = newestFirst([...new Set(read.flat())]).filter((key) => from === undefined || key >= from);
    const keys = merged.slice(0, count);
    return { keys, next: merged.length > count ? keys.at(-1) : undefined };
  };

/** Keys of several partitions of an index, merged, the oldest first and each once. */
export const oldestOf =
  (partitions: readonly string[], readKeys: ReadKeys): KeySource =>
  async (after, count) => {
    const read = await Promise.all(partitions.map((partition) => readKeys(partition, after, count + 1)));
    const merged = newestFirst([...new Set(read.flat())]).toReversed();
    const keys = merged.slice(0, count);
    return { keys, next: merged.length > count ? keys.at(-1) : undefined };
  };

export const newestFirst = (keys: readonly string[]): string[] => keys.toSorted((a, b) => (a < b ? 1 : -1));
