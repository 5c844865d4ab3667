import { GetObjectCommand, NoSuchKey, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { decodeSnapshot, encodeSnapshot } from '../../../shared/settings/snapshot.ts';

const linkSeconds = 900;
/** The state of 92 days with limits per customer. */
const maxStateBytes = 200_000_000;

const keyOf = (filesId: string, name: string) => `promotions/${filesId}/${name}`;

/** Files of analyses in the reports bucket: results, and the state between two days. */
export function createAnalysisFiles(s3: S3Client, bucket: string) {
  const put = (Key: string, Body: string | Uint8Array, ContentType: string) =>
    s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body, ContentType }));

  return {
    put: (filesId: string, name: string, text: string) => put(keyOf(filesId, name), text, contentType(name)),

    putState: (filesId: string, state: object) =>
      put(keyOf(filesId, 'state'), encodeSnapshot(state), 'application/octet-stream'),

    /** The state that was put last; undefined before the first one. */
    async state(filesId: string): Promise<unknown> {
      try {
        const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: keyOf(filesId, 'state') }));
        const data = await Body?.transformToByteArray();
        return data && decodeSnapshot(data, maxStateBytes);
      } catch (error) {
        if (error instanceof NoSuchKey) return undefined;
        throw error;
      }
    },

    /** Links to the files, for 15 minutes. A browser saves the page and does not show it with the rights of the API. */
    links: (filesId: string, names: readonly string[]) =>
      Promise.all(
        names.map(async (name) => ({
          name,
          url: await getSignedUrl(
            s3,
            new GetObjectCommand({
              Bucket: bucket,
              Key: keyOf(filesId, name),
              ResponseContentDisposition: `attachment; filename="${name}"`,
            }),
            { expiresIn: linkSeconds },
          ),
        })),
      ),
  };
}
export type AnalysisFiles = ReturnType<typeof createAnalysisFiles>;

function contentType(name: string): string {
  if (name.endsWith('.csv')) return 'text/csv; charset=utf-8';
  return name.endsWith('.json') ? 'application/json' : 'text/html; charset=utf-8';
}
