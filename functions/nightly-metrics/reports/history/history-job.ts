import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { inParallel } from '../../../../shared/in-parallel.ts';
import type { DuckDb } from '../../../../shared/lake/duckdb-client.ts';
import type { LakeStore } from '../../../../shared/lake/lake-store.ts';
import { customerKeys } from './customer-keys.ts';
import type { DayFiles } from './day-file-store.ts';
import { chainOf, closingOf, stockChangesOf } from './stock-files.ts';

/** Files by day that depend on the lake only: pseudonyms of customers, changes of stock, and stock at the end of a day. */
export type History = { customers: DayFiles; stockChanges: DayFiles; stockClosings: DayFiles };
type Deps = { lake: LakeStore; history: History; duckDb: DuckDb };
/** The keys of the customers of earlier days, and the stock at the end of the day before. */
export type Earlier = { customers: string[]; stock: string };

const maxParallelDownloads = 16;
const kinds = [
  { name: 'customers', sqlOf: customerKeys },
  { name: 'stockChanges', sqlOf: stockChangesOf },
] as const;

/**
 * Writes the files of `date`, and those of earlier days that have none yet, and returns those of the earlier days. They
 * depend on the lake only, so that a day has the same new customers and the same stock in whatever order the days are run.
 */
export async function earlierDays(deps: Deps, date: string, paths: string[], directory: string): Promise<Earlier> {
  const { lake, history } = deps;
  const earlier = (await lake.days()).filter((day) => day < date);
  const known = await Promise.all(kinds.map(({ name }) => history[name].days()));
  const missing = earlier.filter((day) => known.some((files) => !files.has(day)));
  await writeFiles(deps, date, known, paths, directory);
  for (const day of missing) {
    const own = await mkdtemp(join(directory, 'earlier-'));
    const { paths: readable } = await lake.downloadReadableDay(day, own);
    await writeFiles(deps, day, known, readable, own);
    await rm(own, { recursive: true });
  }
  const [customers, changes] = await Promise.all(
    kinds.map(async ({ name }) => {
      const written = await history[name].days();
      return earlier.flatMap((day) => {
        const etag = written.get(day);
        return etag === undefined ? [] : [{ day, etag }];
      });
    }),
  );
  return {
    customers: await download(history.customers, customers ?? []),
    stock: await openingStock(deps, changes ?? [], directory),
  };
}

type Known = readonly ReadonlyMap<string, string>[];

async function writeFiles({ history, duckDb }: Deps, day: string, known: Known, paths: string[], directory: string) {
  for (const [index, { name, sqlOf }] of kinds.entries()) {
    const path = join(directory, `${name}-${day}.parquet`);
    await duckDb.connected((connection) => connection.run(sqlOf(paths, path)));
    await history[name].put(day, path, known[index]?.get(day));
  }
}

type DayFile = { day: string; etag: string };
const download = (files: DayFiles, days: readonly DayFile[]) =>
  inParallel(maxParallelDownloads, [...days], ({ day, etag }) => files.file(day, etag));

/**
 * Path of the stock at the end of the last of these days: the newest closing file that is of the same changes, and the
 * changes since. A closing file is named by all changes before it, so that it is never wrong.
 */
async function openingStock({ history, duckDb }: Deps, changes: readonly DayFile[], directory: string) {
  const { stockChanges, stockClosings } = history;
  const path = join(directory, 'opening-stock.parquet');
  const names = chainOf(changes);
  const last = names.at(-1);
  // Closing files of the last months; an older one is not read, but computed again.
  const closings = last === undefined ? new Map<string, string>() : await stockClosings.days(changes.at(-100)?.day);
  const found = names.findLastIndex((name) => closings.has(name));
  const closing = names[found];
  const start = closing === undefined ? [] : [await stockClosings.file(closing, closings.get(closing) ?? '')];
  const since = await download(stockChanges, changes.slice(found + 1));
  await duckDb.connected((connection) => connection.run(closingOf([...start, ...since], path)));
  if (last !== undefined && closing !== last) await stockClosings.put(last, path);
  return path;
}
