import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { GetObjectCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { inParallel } from '../in-parallel.ts';
import { lakeDaysPrefix, lakePrefix, lateArrivalPrefix } from './lake-keys.ts';
import { BusinessDay } from '../names.ts';

const maxParallelDownloads = 16;
const gzipSuffix = '.gz';
const decompress = promisify(gunzip);

/** The event lake, read only. */
export const createLakeStore = (s3: S3Client, bucket: string) => {
  async function keysWithPrefix(prefix: string): Promise<string[]> {
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

  const keysOf = async (date: string): Promise<string[]> =>
    (await keysWithPrefix(lakePrefix(date))).filter((key) => key.endsWith(`.ndjson${gzipSuffix}`));

  /** Decompresses here, because DuckDB accepts a truncated gzip file without an error. */
  async function download(key: string, date: string, directory: string): Promise<string> {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    const name = key.slice(lakePrefix(date).length, -gzipSuffix.length).replaceAll('/', '~');
    const path = join(directory, name);
    await writeFile(path, await decompress((await Body?.transformToByteArray()) ?? ''));
    return path;
  }

  return {
    /** The keys of all objects of a day, of whatever name. */
    keysOfDay: (date: string): Promise<string[]> => keysWithPrefix(lakePrefix(date)),

    /**
     * Earlier days with events that arrived on this day, after their own reports. Skips an event time beyond the calendar
     * (`10000-01-01`), which has no reports.
     */
    daysWithLateArrivals: async (arrivalDay: string): Promise<string[]> => {
      const prefix = lateArrivalPrefix(arrivalDay);
      const days = (await keysWithPrefix(prefix)).map((key) => BusinessDay.safeParse(key.slice(prefix.length)).data);
      return days.filter((day) => day !== undefined);
    },

    /** The days with events, in order. */
    days: async (): Promise<string[]> => {
      const days: string[] = [];
      let token: string | undefined;
      do {
        const page = await s3.send(
          new ListObjectsV2Command({
            Bucket: bucket,
            Prefix: lakeDaysPrefix,
            Delimiter: '/',
            ContinuationToken: token,
          }),
        );
        for (const { Prefix = '' } of page.CommonPrefixes ?? []) days.push(Prefix.slice(lakeDaysPrefix.length, -1));
        token = page.NextContinuationToken;
      } while (token);
      return days.filter((day) => BusinessDay.safeParse(day).success);
    },

    /** Copies a day's files into `directory` as NDJSON and returns their paths. Throws on a damaged file. */
    downloadDay: async (date: string, directory: string): Promise<string[]> =>
      inParallel(maxParallelDownloads, await keysOf(date), (key) => download(key, date, directory)),

    /** The same, but of a damaged file the name only: no line of it is certain, as its checksum is over the whole file. */
    downloadReadableDay: async (date: string, directory: string): Promise<{ paths: string[]; damaged: string[] }> => {
      const files = await inParallel(maxParallelDownloads, await keysOf(date), async (key) => {
        try {
          return { path: await download(key, date, directory) };
        } catch (error) {
          if (isDamage(error)) return { damaged: basename(key) };
          throw error;
        }
      });
      return {
        paths: files.flatMap(({ path }) => path ?? []),
        damaged: files.flatMap(({ damaged }) => damaged ?? []).toSorted(),
      };
    },
  };
};

const damages = new Set<unknown>(['Z_DATA_ERROR', 'Z_BUF_ERROR']);

/** Whether a file is no complete gzip file. */
const isDamage = (error: unknown) => error instanceof Error && 'code' in error && damages.has(error.code);

export type LakeStore = ReturnType<typeof createLakeStore>;
