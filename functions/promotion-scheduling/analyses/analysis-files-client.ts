import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { putIfUnchanged, readObject } from '../../../shared/s3/objects-client.ts';
import { decodeSnapshot, encodeSnapshot } from '../../../shared/settings/snapshot.ts';

const linkSeconds = 900;
/** The state of 92 days with limits per customer. */
const maxStateBytes = 200_000_000;

const keyOf = (filesId: string, name: string) => `promotions/${filesId}/${name}`;

/** Files of analyses in the reports bucket: results, and the state between two days. */
export function createAnalysisFiles(s3: S3Client, bucket: string) {
  const put = (Key: string, Body: string | Uint8Array, ContentType: string) =>
    s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body, ContentType }));

  const stateOf = async (filesId: string) => {
    const found = await readObject(s3, { Bucket: bucket, Key: keyOf(filesId, 'state') });
    return found && { state: decodeSnapshot(found.content, maxStateBytes), etag: found.etag };
  };

  return {
    put: (filesId: string, name: string, text: string) => put(keyOf(filesId, name), text, contentType(name)),

    putState: (filesId: string, state: object) =>
      put(keyOf(filesId, 'state'), encodeSnapshot(state), 'application/octet-stream'),

    /** The state that was put last; undefined before the first one. */
    async state(filesId: string): Promise<unknown> {
      return (await stateOf(filesId))?.state;
    },

    /**
     * Replaces the state by what `change` makes of it, also while another invocation does: its state is then changed again.
     * Nothing is written if `change` returns undefined.
     */
    async changeState(filesId: string, change: (state: unknown) => object | undefined): Promise<void> {
      for (;;) {
        const found = await stateOf(filesId);
        const next = change(found?.state);
        if (next === undefined) return;
        const content = { Body: encodeSnapshot(next), ContentType: 'application/octet-stream' };
        const input = { Bucket: bucket, Key: keyOf(filesId, 'state'), ...content };
        if ((await putIfUnchanged(s3, input, found)) === 'done') return;
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
