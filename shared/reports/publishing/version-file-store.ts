import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HeadObjectCommand, NotFound, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import * as z from 'zod';
import { inParallel } from '../../in-parallel.ts';
import { jsonOf, putIfUnchanged, readObject } from '../../s3/objects-client.ts';
import { BusinessDay } from '../../names.ts';

const maxParallelUploads = 12;
/** Their contents are in memory. */
const maxParallelTables = 4;

/** Content of `latest.json`: the version in force of a day. */
export const Latest = z.object({
  date: BusinessDay,
  version: z.int().positive(),
  /** Key of its manifest. */
  manifest: z.string(),
  writtenAt: z.string(),
});
export type Latest = z.infer<typeof Latest>;

/** Keys of the versions of each day, below a folder of the bucket. */
export const versionKeys = (folder: string) => {
  const day = (date: string) => `${folder}/dt=${date}/`;
  return {
    version: (date: string, version: number) => `${day(date)}v=${version}/`,
    manifest: (date: string, version: number) => `${day(date)}v=${version}/manifest.json`,
    latest: (date: string) => `${day(date)}latest.json`,
  };
};

const tableKey = (report: string, date: string) => `tables/${report}/dt=${date}/${report}.parquet`;

type VersionFile = { file: string; sha256: string };
/** What a manifest names. */
export type Version = { date: string; version: number; reports: readonly { files: readonly VersionFile[] }[] };

/** The versions of the days below a folder of the reports bucket. A manifest is checked by its schema before it is written. */
export const createVersionFileStore = <M extends Version>(
  s3: S3Client,
  bucket: string,
  folder: string,
  manifestSchema: z.ZodType<M>,
) => {
  const keys = versionKeys(folder);
  const put = (Key: string, Body: Uint8Array | string) =>
    s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body, ContentType: contentType(Key) }));

  const read = async (Key: string) => (await readObject(s3, { Bucket: bucket, Key }))?.content;

  /** ETag and version of a table's file. */
  const head = async (Key: string) => {
    try {
      const { ETag, Metadata } = await s3.send(new HeadObjectCommand({ Bucket: bucket, Key }));
      return { etag: ETag, version: Number(Metadata?.['version'] ?? 0) };
    } catch (error) {
      if (error instanceof NotFound) return undefined;
      throw error;
    }
  };

  const putIf = (
    Key: string,
    Body: Uint8Array | string,
    replaces: { etag: string | undefined } | undefined,
    Metadata: Record<string, string> = {},
  ) => putIfUnchanged(s3, { Bucket: bucket, Key, Body, ContentType: contentType(Key), Metadata }, replaces);

  return {
    /** Uploads the files of a version from `directory`. Idempotent, as a version is claimed for one content. */
    async putFiles({ date, version, reports }: Version, directory: string): Promise<void> {
      const files = reports.flatMap((report) => report.files.map(({ file }) => file));
      await inParallel(maxParallelUploads, files, async (file) =>
        put(`${keys.version(date, version)}${file}`, await readFile(join(directory, file))),
      );
    },

    /** Uploads the files of a version that the bucket does not have with these bytes; returns their number. */
    async repairFiles(version: Version, directory: string): Promise<number> {
      const files = version.reports.flatMap((report) => report.files);
      const repaired = await inParallel(maxParallelUploads, files, async ({ file, sha256 }) => {
        const key = `${keys.version(version.date, version.version)}${file}`;
        const stored = await read(key);
        if (stored && createHash('sha256').update(stored).digest('hex') === sha256) return 0;
        await put(key, await readFile(join(directory, file)));
        return 1;
      });
      return repaired.reduce<number>((sum, each) => sum + each, 0);
    },

    /** Downloads a file of a version to `path`; undefined if the version does not have it. */
    async downloadFile(date: string, version: number, file: string, path: string): Promise<string | undefined> {
      const content = await read(`${keys.version(date, version)}${file}`);
      if (!content) return undefined;
      await writeFile(path, content);
      return path;
    },

    /**
     * Puts the Parquet files of a version under `tables/<report>/dt=<day>/`, each in one request that replaces the file of an
     * older version only: a query reads one version of a report or the other, and a run that was overtaken changes nothing.
     */
    async putTables(date: string, version: number, reports: readonly string[]): Promise<void> {
      await inParallel(maxParallelTables, reports, async (report) => {
        const content = await read(`${keys.version(date, version)}${report}.parquet`);
        if (!content) return;
        const key = tableKey(report, date);
        for (;;) {
          const stored = await head(key);
          if (stored && stored.version >= version) return;
          if ((await putIf(key, content, stored, { version: String(version) })) === 'done') return;
        }
      });
    },

    /** Downloads a file of the versions in force of these days to `directory`; days without it are left out. */
    async downloadInForce(dates: readonly string[], file: string, directory: string) {
      const found = await inParallel(dates.length, [...dates], async (date) => {
        const content = await read(keys.latest(date));
        if (!content) return [];
        const { version } = Latest.parse(jsonOf(content));
        const own = await read(`${keys.version(date, version)}${file}`);
        if (!own) return [];
        const path = join(directory, `${date}-${file}`);
        await writeFile(path, own);
        return [{ date, version, path }];
      });
      return found.flat();
    },

    async putManifest(manifest: M): Promise<void> {
      await put(keys.manifest(manifest.date, manifest.version), pretty(manifestSchema.parse(manifest)));
    },

    async latest(date: string): Promise<(Latest & { etag: string | undefined }) | undefined> {
      const found = await readObject(s3, { Bucket: bucket, Key: keys.latest(date) });
      return found && { ...Latest.parse(jsonOf(found.content)), etag: found.etag };
    },

    /** Writes `latest.json` if it still has the ETag `replaces`, or does not exist where `replaces` is undefined. */
    async putLatest(
      latest: Latest,
      replaces: { etag: string | undefined } | undefined,
    ): Promise<'done' | 'version-conflict'> {
      return putIf(keys.latest(latest.date), pretty(latest), replaces);
    },
  };
};

export type VersionFileStore<M extends Version> = ReturnType<typeof createVersionFileStore<M>>;

const pretty = (value: object) => `${JSON.stringify(value, undefined, 2)}\n`;

function contentType(key: string): string {
  if (key.endsWith('.csv')) return 'text/csv; charset=utf-8';
  if (key.endsWith('.html')) return 'text/html; charset=utf-8';
  return key.endsWith('.json') ? 'application/json' : 'application/vnd.apache.parquet';
}
