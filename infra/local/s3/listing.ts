import { type AwsResponse, AwsError } from '../gateway/aws-call.ts';
import type { S3Request } from './request.ts';
import type { S3Store, StoredObject } from './store.ts';
import { type Element, xmlResponse } from './xml.ts';

/** Maximum number of entries per page. Source: ListObjectsV2 API reference. */
const pageSize = 1000;

export const listBuckets = (buckets: { name: string; created: number }[]): AwsResponse =>
  xmlResponse('ListAllMyBucketsResult', [
    [
      'Buckets',
      buckets.map(({ name, created }): Element => [
        'Bucket',
        [
          ['Name', name],
          ['CreationDate', new Date(created).toISOString()],
        ],
      ]),
    ],
  ]);

/** ListObjectsV2 and the older ListObjects. */
export function listObjects({ bucket, call: { query } }: S3Request, store: S3Store): AwsResponse {
  const isSecond = query.get('list-type') === '2';
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const limit = Math.min(pageSize, limitOf(query.get('max-keys')));
  const token = query.get('continuation-token');
  const marker = isSecond ? query.get('start-after') : query.get('marker');
  const after = token === null ? (marker ?? '') : decodeToken(token);
  const { objects, prefixes, last, isTruncated } = page(store.from(bucket, later(after, prefix)), {
    prefix,
    delimiter,
    limit,
    after,
  });
  const isEncoded = query.get('encoding-type') === 'url';
  const shown = (text: string) => (isEncoded ? encodeURIComponent(text).replaceAll('%2F', '/') : text);
  return xmlResponse('ListBucketResult', [
    ['Name', bucket],
    ['Prefix', shown(prefix)],
    ['Delimiter', delimiter === '' ? undefined : shown(delimiter)],
    ['MaxKeys', limit],
    ['EncodingType', isEncoded ? 'url' : undefined],
    ['IsTruncated', isTruncated],
    ...(isSecond
      ? ([
          ['KeyCount', objects.length + prefixes.length],
          ['StartAfter', marker === null ? undefined : shown(marker)],
          ['ContinuationToken', token ?? undefined],
          ['NextContinuationToken', isTruncated ? encodeToken(last) : undefined],
        ] as const)
      : ([
          ['Marker', shown(marker ?? '')],
          ['NextMarker', isTruncated ? shown(last) : undefined],
        ] as const)),
    ...objects.map((object) => contentOf(object, shown)),
    ...prefixes.map((each): Element => ['CommonPrefixes', [['Prefix', shown(each)]]]),
  ]);
}

const contentOf = ({ key, modified, etag, size }: StoredObject, shown: (text: string) => string): Element => [
  'Contents',
  [
    ['Key', shown(key)],
    ['LastModified', new Date(modified).toISOString()],
    ['ETag', `"${etag}"`],
    ['Size', size],
    ['StorageClass', 'STANDARD'],
  ],
];

/** S3 sorts keys by their UTF-8 bytes, unlike string comparison. */
const later = (a: string, b: string) => (Buffer.compare(Buffer.from(a), Buffer.from(b)) > 0 ? a : b);

type PageOptions = { prefix: string; delimiter: string; limit: number; after: string };

/** One page; `last` is its last key or common prefix, after which the next page starts. */
function page(found: Iterable<StoredObject>, { prefix, delimiter, limit, after }: PageOptions) {
  const objects: StoredObject[] = [];
  const prefixes: string[] = [];
  let last = '';
  for (const object of found) {
    if (!object.key.startsWith(prefix)) break;
    const cut = delimiter === '' ? -1 : object.key.indexOf(delimiter, prefix.length);
    const common = cut === -1 ? undefined : object.key.slice(0, cut + delimiter.length);
    const entry = common ?? object.key;
    // A previous page that ended with a common prefix covers all keys below it.
    if (object.key === after || entry === after || (common !== undefined && common === prefixes.at(-1))) continue;
    if (objects.length + prefixes.length >= limit) return { objects, prefixes, last, isTruncated: limit > 0 };
    if (common === undefined) objects.push(object);
    else prefixes.push(common);
    last = entry;
  }
  return { objects, prefixes, last, isTruncated: false };
}

function limitOf(text: string | null): number {
  if (text === null) return pageSize;
  if (/^\d+$/.test(text)) return Number(text);
  throw new AwsError('InvalidArgument', 'Provided max-keys not an integer or within integer range');
}

const encodeToken = (last: string) => Buffer.from(last).toString('base64');
function decodeToken(token: string): string {
  const text = Buffer.from(token, 'base64').toString();
  if (encodeToken(text) === token) return text;
  throw new AwsError('InvalidArgument', 'The continuation token provided is incorrect');
}
