import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { inParallel } from '../../../shared/in-parallel.ts';
import type { DuckDb } from '../../../shared/lake/duckdb-client.ts';
import type { LakeStore } from '../../../shared/lake/lake-store.ts';
import type { CustomerHistory } from './customer-history-store.ts';
import { customerKeys } from './facts/customer-keys.ts';

type Deps = { lake: LakeStore; history: CustomerHistory; duckDb: DuckDb };

const maxParallelDownloads = 16;

/**
 * Writes the keys of the customers of `date`, and those of earlier days that have none yet, and returns the files of the
 * earlier days. They depend on the lake only, so that a day has the same new customers in whatever order the days are run.
 */
export async function earlierCustomers(
  deps: Deps,
  date: string,
  paths: string[],
  directory: string,
): Promise<string[]> {
  const { lake, history } = deps;
  const known = await history.days();
  await writeKeys(deps, { day: date, etag: known.get(date) }, paths, directory);
  const earlier = (await lake.days()).filter((day) => day < date);
  for (const day of earlier.filter((each) => !known.has(each))) {
    const own = await mkdtemp(join(directory, 'customers-'));
    const { paths: readable } = await lake.downloadReadableDay(day, own);
    await writeKeys(deps, { day }, readable, own);
    await rm(own, { recursive: true });
  }
  const written = await history.days();
  const days = earlier.flatMap((day) => {
    const etag = written.get(day);
    return etag === undefined ? [] : [{ day, etag }];
  });
  return inParallel(maxParallelDownloads, days, ({ day, etag }) => history.file(day, etag));
}

type DayFile = { day: string; etag?: string | undefined };

async function writeKeys({ history, duckDb }: Deps, { day, etag }: DayFile, paths: string[], directory: string) {
  const path = join(directory, `customers-${day}.parquet`);
  await duckDb.connected((connection) => connection.run(customerKeys(paths, path)));
  await history.put(day, path, etag);
}
