import { createHash, randomBytes } from 'node:crypto';
import { AwsError } from '../gateway/aws-call.ts';
import type { LocalContext } from '../context.ts';
import type { S3Store, StoredPart } from './store.ts';

/** Minimum size of all parts except the last. Source: S3 multipart upload limits. */
const smallestPartBytes = 5 * 1024 ** 2;
const mostParts = 10_000;

export type Upload = { id: string; bucket: string; key: string; initiated: number; headers: Record<string, string> };
type UploadRow = Omit<Upload, 'headers'> & { headers: string };

/** Multipart uploads in the state file. */
export function openUploads({ state, now }: LocalContext, store: S3Store) {
  const { db } = state;
  const select = db.prepare('SELECT * FROM s3_uploads WHERE id = ? AND bucket = ? AND key = ?');
  const selectParts = db.prepare(
    'SELECT number, file, size, etag, modified FROM s3_parts WHERE upload = ? ORDER BY number',
  );
  const partsOf = (id: string) => selectParts.all(id) as StoredPart[];

  const find = (id: string, bucket: string, key: string): Upload => {
    const row = select.get(id, bucket, key) as UploadRow | undefined;
    if (row) return { ...row, headers: JSON.parse(row.headers) as Record<string, string> };
    throw new AwsError(
      'NoSuchUpload',
      'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
      404,
    );
  };
  /** Deletes the upload's rows; the caller discards the parts' files after the transaction. */
  const forget = (id: string): StoredPart[] => {
    const parts = partsOf(id);
    db.prepare('DELETE FROM s3_parts WHERE upload = ?').run(id);
    db.prepare('DELETE FROM s3_uploads WHERE id = ?').run(id);
    return parts;
  };

  return {
    find,
    partsOf,
    forget,
    create: (bucket: string, key: string, headers: Record<string, string>): string => {
      const id = randomBytes(32).toString('base64url');
      const insert = db.prepare('INSERT INTO s3_uploads (id, bucket, key, headers, initiated) VALUES (?, ?, ?, ?, ?)');
      insert.run(id, bucket, key, JSON.stringify(headers), now());
      return id;
    },
    list: (bucket: string) =>
      db
        .prepare('SELECT id, key, initiated FROM s3_uploads WHERE bucket = ? ORDER BY key, initiated')
        .all(bucket) as Pick<Upload, 'id' | 'key' | 'initiated'>[],
    /** Stores a part; replaces one with the same number. */
    putPart: (upload: Upload, part: StoredPart): void => {
      if (!Number.isInteger(part.number) || part.number < 1 || part.number > mostParts) {
        throw new AwsError('InvalidArgument', `Part number must be an integer between 1 and ${mostParts}, inclusive`);
      }
      const old = state.transaction(() => {
        find(upload.id, upload.bucket, upload.key);
        const present = partsOf(upload.id).find(({ number }) => number === part.number);
        db.prepare(
          'INSERT OR REPLACE INTO s3_parts (upload, number, file, size, etag, modified) VALUES (?, ?, ?, ?, ?, ?)',
        ).run(upload.id, part.number, part.file, part.size, part.etag, part.modified);
        return present;
      });
      if (old) store.discard(old.file);
    },
    abort: (id: string, bucket: string, key: string): void => {
      const parts = state.transaction(() => {
        find(id, bucket, key);
        return forget(id);
      });
      for (const { file } of parts) store.discard(file);
    },
  };
}
export type Uploads = ReturnType<typeof openUploads>;

/** The stored parts of a CompleteMultipartUpload request. Throws AwsError for an invalid list. */
export function chosenParts(requested: { number: number; etag: string }[], stored: StoredPart[]): StoredPart[] {
  if (requested.some(({ number }, index) => index > 0 && number <= (requested[index - 1]?.number ?? 0))) {
    throw new AwsError('InvalidPartOrder', 'The list of parts was not in ascending order.');
  }
  const chosen = requested.map(({ number, etag }) => {
    const part = stored.find((each) => each.number === number && each.etag === etag);
    if (part) return part;
    throw new AwsError('InvalidPart', `Part ${number} could not be found, or its ETag does not match.`);
  });
  if (chosen.slice(0, -1).some(({ size }) => size < smallestPartBytes)) {
    throw new AwsError('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size');
  }
  return chosen;
}

/** ETag of a multipart object: the digest of the parts' digests. */
export const etagOfParts = (parts: StoredPart[]): string =>
  `${createHash('md5')
    .update(Buffer.concat(parts.map(({ etag }) => Buffer.from(etag, 'hex'))))
    .digest('hex')}-${parts.length}`;
