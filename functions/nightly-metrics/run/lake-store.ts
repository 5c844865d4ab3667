import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { GetObjectCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { inParallel } from '../../../shared/in-parallel.ts';
import { lakePrefix, latePrefix } from '../../../shared/lake.ts';
import { BusinessDay } from '../../../shared/names.ts';

const downloadsAtOnce = 16;
const packed = '.gz';
const decompress = promisify(gunzip);

export const createLake = (s3: S3Client, bucket: string) => {
  async function keysUnder(prefix: string): Promise<string[]> {
    const keys: string[] = [];
    let token: string | undefined;
    do {
      const page = await s3.send(
        new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token }),
      );
      keys.push(...(page.Contents ?? []).flatMap(({ Key }) => Key ?? []));
      token = page.NextContinuationToken;
    } while (token);
    return keys;
  }

  /** Keys of a day's files; none for a day in which nothing happened. */
  const keysOf = async (date: string): Promise<string[]> =>
    (await keysUnder(lakePrefix(date))).filter((key) => key.endsWith(`.ndjson${packed}`));

  /** Unpacks here and not in DuckDB, which takes a file that is cut off for a short one. */
  async function download(key: string, date: string, directory: string): Promise<string> {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    const name = key.slice(lakePrefix(date).length, -packed.length).replaceAll('/', '~');
    const path = join(directory, name);
    await writeFile(path, await decompress((await Body?.transformToByteArray()) ?? ''));
    return path;
  }

  return {
    /**
     * Earlier days of which something came on this day, after the reports of the night before. What a caller dated so that
     * it is no day (`10000-01-01`) has no reports.
     */
    lateDays: async (cameOn: string): Promise<string[]> => {
      const prefix = latePrefix(cameOn);
      const days = (await keysUnder(prefix)).map((key) => BusinessDay.safeParse(key.slice(prefix.length)).data);
      return days.filter((day) => day !== undefined);
    },

    /** Copies a day's files into `directory` as NDJSON, named as in the lake without `.gz`. Throws on a damaged file. */
    downloadDay: async (date: string, directory: string): Promise<string[]> =>
      inParallel(downloadsAtOnce, await keysOf(date), (key) => download(key, date, directory)),
  };
};

export type Lake = ReturnType<typeof createLake>;
