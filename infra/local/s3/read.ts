import { type AwsResponse, type AwsCall, AwsError } from '../gateway/aws-call.ts';
import type { S3Request } from './request.ts';
import type { S3Store, StoredObject } from './store.ts';

const noSuchKey = () => new AwsError('NoSuchKey', 'The specified key does not exist.', 404);

/** Returns the object's bytes or a range of them, subject to the request's conditions. */
export async function getObject({ bucket, key, call }: S3Request, store: S3Store): Promise<AwsResponse> {
  const found = await store.read(bucket, key);
  if (!found) throw noSuchKey();
  const { bytes, object } = found;
  return responseOf(object, call, ({ first, last }) => bytes.subarray(first, last + 1));
}

export function headObject({ bucket, key, call }: S3Request, store: S3Store): AwsResponse {
  const object = store.find(bucket, key);
  if (!object) throw noSuchKey();
  return responseOf(object, call, () => '');
}

function responseOf(object: StoredObject, call: AwsCall, body: (range: Range) => AwsResponse['body']): AwsResponse {
  const unchanged = conditionalResponse(object, call.headers);
  if (unchanged) return unchanged;
  const requested = rangeOf(call.headers.range, object.size);
  const checksumMode = call.headers['x-amz-checksum-mode'] ?? call.query.get('x-amz-checksum-mode');
  const wantsChecksum = checksumMode?.toUpperCase() === 'ENABLED';
  // The checksum is of the whole object.
  const headers = headersOf(object, wantsChecksum && !requested);
  for (const [name, value] of call.query) {
    const overridden = /^response-(.+)$/.exec(name)?.[1];
    if (overridden) headers[overridden] = value;
  }
  const range = requested ?? { first: 0, last: object.size - 1 };
  if (requested) headers['content-range'] = `bytes ${range.first}-${range.last}/${object.size}`;
  headers['content-length'] = String(range.last + 1 - range.first);
  return { status: requested ? 206 : 200, headers, body: body(range) };
}

function headersOf({ etag, modified, headers }: StoredObject, withChecksum: boolean): Record<string, string> {
  const stored = Object.entries(headers).filter(([name]) => withChecksum || !name.startsWith('x-amz-checksum-'));
  return {
    ...Object.fromEntries(stored),
    etag: `"${etag}"`,
    'last-modified': new Date(modified).toUTCString(),
    'accept-ranges': 'bytes',
  };
}

const names = (list: string) => list.split(',').map((each) => each.trim().replaceAll(/^W\/|"/g, ''));

/** Source: GetObject API reference; precedence of conditions as in RFC 9110. */
function conditionalResponse(
  object: StoredObject,
  headers: Record<string, string | undefined>,
): AwsResponse | undefined {
  const holds = (list: string) => names(list).some((each) => each === '*' || each === object.etag);
  const seconds = Math.floor(object.modified / 1000) * 1000;
  const { 'if-match': match, 'if-none-match': noneMatch } = headers;
  const unmodified = Date.parse(headers['if-unmodified-since'] ?? '');
  const modified = Date.parse(headers['if-modified-since'] ?? '');
  if (match === undefined ? seconds > unmodified : !holds(match)) {
    throw new AwsError('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', 412);
  }
  const isUnchanged = noneMatch === undefined ? seconds <= modified : holds(noneMatch);
  return isUnchanged ? { status: 304, headers: headersOf(object, false), body: '' } : undefined;
}

/** Positions of the first and the last byte. */
type Range = { first: number; last: number };

/** Parses one range, inclusive at both ends; ignores an invalid header. */
function rangeOf(header: string | undefined, size: number): Range | undefined {
  const [, from = '', to = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (from === '' && to === '') return undefined;
  const first = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const last = from === '' || to === '' ? size - 1 : Math.min(size - 1, Number(to));
  if (from !== '' && to !== '' && Number(to) < Number(from)) return undefined;
  if (first > last) throw new AwsError('InvalidRange', 'The requested range is not satisfiable', 416);
  return { first, last };
}
