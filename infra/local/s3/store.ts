import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { AwsError } from '../gateway/aws-call.ts';
import type { LocalContext } from '../context.ts';

/** An object without its bytes; `headers` are returned with it. */
export type StoredObject = {
  key: string;
  file: string;
  size: number;
  /** Without quotes. */
  etag: string;
  /** Milliseconds since the epoch. */
  modified: number;
  headers: Record<string, string>;
};
/** Condition of a write, checked in its transaction. */
export type WriteCondition = { ifNoneMatch?: string | undefined; ifMatch?: string | undefined };
export type StoredPart = { number: number; file: string; size: number; etag: string; modified: number };

export type S3Store = Awaited<ReturnType<typeof openS3Store>>;

type Row = Omit<StoredObject, 'headers'> & { headers: string };
const objectOf = (row: Row): StoredObject => ({ ...row, headers: JSON.parse(row.headers) as Record<string, string> });

/**
 * Buckets in the state directory. An object's bytes are an immutable file; the database maps keys to files. A write is
 * one transaction after the file is written, so that a kill leaves the old object or the new one. The next start
 * deletes unreferenced files.
 */
export async function openS3Store({ state, now }: LocalContext) {
  const { db } = state;
  const directory = join(state.directory, 's3');
  db.exec(`
    CREATE TABLE IF NOT EXISTS s3_buckets (name TEXT PRIMARY KEY, created INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS s3_objects (
      bucket TEXT, key TEXT, file TEXT NOT NULL, size INTEGER NOT NULL, etag TEXT NOT NULL, modified INTEGER NOT NULL,
      headers TEXT NOT NULL, PRIMARY KEY (bucket, key)
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS s3_uploads (
      id TEXT PRIMARY KEY, bucket TEXT NOT NULL, key TEXT NOT NULL, headers TEXT NOT NULL, initiated INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS s3_parts (
      upload TEXT, number INTEGER, file TEXT NOT NULL, size INTEGER NOT NULL, etag TEXT NOT NULL,
      modified INTEGER NOT NULL, PRIMARY KEY (upload, number)
    ) WITHOUT ROWID`);
  const columns = 'key, file, size, etag, modified, headers';
  const select = db.prepare(`SELECT ${columns} FROM s3_objects WHERE bucket = ? AND key = ?`);
  const following = db.prepare(`SELECT ${columns} FROM s3_objects WHERE bucket = ? AND key >= ? ORDER BY key`);
  const upsert = db.prepare('INSERT OR REPLACE INTO s3_objects VALUES (?, ?, ?, ?, ?, ?, ?)');
  const remove = db.prepare('DELETE FROM s3_objects WHERE bucket = ? AND key = ?');
  await mkdir(directory, { recursive: true });
  await removeLeftovers();

  const pathOf = (file: string) => join(directory, file.slice(0, 2), file);
  const discard = (file: string) => void unlink(pathOf(file)).catch(() => {});

  async function removeLeftovers(): Promise<void> {
    const used = db.prepare('SELECT file FROM s3_objects UNION ALL SELECT file FROM s3_parts').all() as {
      file: string;
    }[];
    const files = new Set(used.map(({ file }) => file));
    for (const entry of await readdir(directory, { withFileTypes: true, recursive: true })) {
      if (entry.isFile() && !files.has(entry.name)) await unlink(join(entry.parentPath, entry.name));
    }
  }

  async function newFile(write: (path: string) => Promise<unknown>): Promise<string> {
    const file = randomUUID();
    await mkdir(join(directory, file.slice(0, 2)), { recursive: true });
    await write(pathOf(file));
    return file;
  }

  const find = (bucket: string, key: string): StoredObject | undefined => {
    const row = select.get(bucket, key) as Row | undefined;
    return row && objectOf(row);
  };

  return {
    createBucket: (name: string) => void db.prepare('INSERT OR IGNORE INTO s3_buckets VALUES (?, ?)').run(name, now()),
    buckets: () =>
      db.prepare('SELECT name, created FROM s3_buckets ORDER BY name').all() as { name: string; created: number }[],
    find,
    /** Objects from the key `start`, sorted by the UTF-8 bytes of their keys. */
    from: function* (bucket: string, start: string): Generator<StoredObject> {
      for (const row of following.iterate(bucket, start)) yield objectOf(row as unknown as Row);
    },
    /** Writes a file; `put` assigns it to a key. */
    keep: (bytes: Buffer) => newFile((path) => writeFile(path, bytes)),
    join: (parts: StoredPart[]) =>
      newFile(async (path) => {
        await writeFile(path, '');
        for (const { file } of parts)
          await pipeline(createReadStream(pathOf(file)), createWriteStream(path, { flags: 'a' }));
      }),
    discard,
    /** The object with its bytes, consistent with concurrent writes. */
    read: async (bucket: string, key: string): Promise<{ object: StoredObject; bytes: Buffer } | undefined> => {
      for (let object = find(bucket, key); object;) {
        try {
          return { object, bytes: await readFile(pathOf(object.file)) };
        } catch (error) {
          const newer = find(bucket, key);
          if (newer?.file === object.file) throw error;
          object = newer;
        }
      }
      return undefined;
    },
    /**
     * Assigns an object to its key, and runs `alongside` in the same transaction. Throws AwsError `PreconditionFailed`,
     * or `NoSuchKey` if `ifMatch` is given and the object does not exist.
     */
    put: (bucket: string, object: StoredObject, condition: WriteCondition, alongside: () => void): void => {
      const old = state.transaction(() => {
        const present = find(bucket, object.key);
        check(present, condition);
        const { key, file, size, etag, modified, headers } = object;
        upsert.run(bucket, key, file, size, etag, modified, JSON.stringify(headers));
        alongside();
        return present;
      });
      if (old) discard(old.file);
    },
    /** Returns whether the object existed. */
    delete: (bucket: string, key: string, condition: WriteCondition, alongside: () => void): boolean => {
      const old = state.transaction(() => {
        const present = find(bucket, key);
        check(present, condition);
        if (!present) return undefined;
        remove.run(bucket, key);
        alongside();
        return present;
      });
      if (old) discard(old.file);
      return old !== undefined;
    },
  };
}

const failed = () =>
  new AwsError('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', 412);

/** Source: S3 user guide, "How to prevent object overwrites with conditional writes". */
function check(present: StoredObject | undefined, { ifNoneMatch, ifMatch }: WriteCondition): void {
  if (ifNoneMatch !== undefined && ifNoneMatch !== '*') {
    throw new AwsError('NotImplemented', 'If-None-Match of a write supports only *.', 501);
  }
  if (ifNoneMatch === '*' && present) throw failed();
  if (ifMatch === undefined) return;
  if (!present) throw new AwsError('NoSuchKey', 'The specified key does not exist.', 404);
  if (ifMatch !== '*' && ifMatch.replaceAll('"', '') !== present.etag) throw failed();
}
