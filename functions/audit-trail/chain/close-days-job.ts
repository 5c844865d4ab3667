import { dayBefore, daysBefore, daysFrom } from '../../../shared/business-day.ts';
import { inParallel } from '../../../shared/in-parallel.ts';
import { lakePrefix } from '../../../shared/lake/lake-keys.ts';
import type { LakeStore } from '../../../shared/lake/lake-store.ts';
import { type Chain, chainOf } from './audit-chain.ts';
import type { ChainStore } from './chain-store.ts';

/** Days that one run closes. The others wait for the next runs. */
const maxDays = 31;
/** The first chain is of the oldest day with events, but not older than this. */
const maxFirstDays = 366;
const parallelReads = 8;
/**
 * The journal records a late arrival of an event from ten past midnight on. An hour is more than it needs to write the files
 * of before.
 */
const settlingMs = 3_600_000;

type Stores = { lake: Pick<LakeStore, 'keysOfDay' | 'daysWithLateArrivals' | 'days'>; chains: ChainStore };

/**
 * Closes the ended days that have no chain, oldest first, and returns them. A day adds its own files and those of earlier
 * days that arrived on it. Repeated and concurrent runs write each chain once.
 */
export const closeDays =
  ({ lake, chains }: Stores, businessDay: (instantMs: number) => string) =>
  async (nowMs: number): Promise<string[]> => {
    const last = dayBefore(businessDay(nowMs - settlingMs));
    // A chain of a day that has not ended is none of ours: `verify` finds it.
    const closed = (await chains.closedDays()).filter((day) => day <= last);
    const first = await firstOpenDay(lake, closed.at(-1), last);
    if (first === undefined) return [];
    const days = daysFrom(first, last, maxDays).slice(0, maxDays);
    let previous = closed.length === 0 ? null : (await chains.read(dayBefore(first))).hash;
    for (const day of days) {
      const keys = [...(await lake.keysOfDay(day)), ...(await lateKeys({ lake, chains }, closed, day))];
      const chain = chainOf(day, previous, await chains.digests(keys));
      previous = (await closedAs(chains, chain)).hash;
      closed.push(day);
    }
    return days;
  };

async function firstOpenDay(lake: Stores['lake'], lastClosed: string | undefined, last: string) {
  if (lastClosed !== undefined) return daysBefore(lastClosed, -1);
  const earliest = daysBefore(last, maxFirstDays - 1);
  return (await lake.days()).find((day) => day >= earliest && day <= last);
}

/** The chain in force: that of another run, if it was first. */
const closedAs = async (chains: ChainStore, chain: Chain): Promise<Chain> =>
  (await chains.close(chain)) === 'done' ? chain : chains.read(chain.day);

/** The files of earlier days that arrived on this day, and that no chain has. */
async function lateKeys({ lake, chains }: Stores, closed: readonly string[], day: string): Promise<string[]> {
  const lateDays = (await lake.daysWithLateArrivals(day)).filter((each) => each < day).toSorted();
  const [oldest] = lateDays;
  if (oldest === undefined) return [];
  const prefixes = lateDays.map(lakePrefix);
  const isLate = (key: string) => prefixes.some((prefix) => key.startsWith(prefix));
  const since = closed.filter((each) => each >= oldest);
  const chained = await inParallel(parallelReads, since, async (each) =>
    (await chains.read(each)).files.map(({ key }) => key).filter(isLate),
  );
  const known = new Set(chained.flat());
  const keys = await inParallel(parallelReads, lateDays, lake.keysOfDay);
  return keys.flat().filter((key) => !known.has(key));
}
