import type { IncomingMessage } from 'node:http';

/** Contents of a version 4 signature, from the header or from the query of a presigned URL. */
export type Signature = {
  accessKeyId: string;
  /** Day of the signing key, such as `20260131`. */
  date: string;
  region: string;
  service: string;
  /** Time of the signature, such as `20260131T235959Z`. */
  time: string;
  /** Names of the signed headers, in lower case. */
  signedHeaders: string[];
  /** The signature in hexadecimal digits. */
  value: string;
  /** For a presigned URL: its lifetime in seconds, `NaN` if it is not a number. */
  lifetimeSeconds?: number;
};

/**
 * The signature of a request; without one, the service that it is for, empty if unknown. A request without a signature
 * and without an `x-amz-target` or form is an anonymous S3 request, as from a browser.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function signatureOf({ headers }: IncomingMessage, query: URLSearchParams): Signature | { service: string } {
  const { authorization } = headers;
  const signature = authorization?.startsWith('AWS4-HMAC-SHA256 ')
    ? fromHeader(authorization, headers)
    : fromQuery(query);
  if (signature) return signature;
  const isForm = headers['content-type']?.startsWith('application/x-www-form-urlencoded') ?? false;
  const looksLikeS3 = headers['x-amz-target'] === undefined && authorization === undefined && !isForm;
  return { service: looksLikeS3 ? 's3' : '' };
}

/** `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=host;x-amz-date, Signature=…` */
function fromHeader(authorization: string, headers: IncomingMessage['headers']): Signature | undefined {
  const scope = scopeOf(/Credential=([^,\s]+)/.exec(authorization)?.[1]);
  if (!scope) return undefined;
  const time = headers['x-amz-date'];
  return {
    ...scope,
    time: typeof time === 'string' ? time : '',
    signedHeaders: listed(/SignedHeaders=([^,\s]+)/.exec(authorization)?.[1]),
    value: /Signature=([0-9a-f]+)/.exec(authorization)?.[1] ?? '',
  };
}

function fromQuery(query: URLSearchParams): Signature | undefined {
  const scope = scopeOf(query.get('X-Amz-Credential'));
  if (!scope) return undefined;
  return {
    ...scope,
    time: query.get('X-Amz-Date') ?? '',
    signedHeaders: listed(query.get('X-Amz-SignedHeaders')),
    value: query.get('X-Amz-Signature') ?? '',
    lifetimeSeconds: Number(query.get('X-Amz-Expires') ?? Number.NaN),
  };
}

/** `<access key id>/<date>/<region>/<service>/aws4_request`. */
function scopeOf(credential: string | null | undefined) {
  const [accessKeyId = '', date = '', region = '', service, end] = credential?.split('/') ?? [];
  return end === 'aws4_request' && service ? { accessKeyId, date, region, service } : undefined;
}

const listed = (names: string | null | undefined) => names?.toLowerCase().split(';') ?? [];

/** When a presigned URL expires, in milliseconds since the epoch. One without a valid date or lifetime has expired. */
export function expiryOf({ time, lifetimeSeconds = Number.NaN }: Signature): number {
  const [, date, hours] = /^(\d{8})T(\d{6})Z$/.exec(time) ?? [];
  if (!date || !hours || !Number.isFinite(lifetimeSeconds)) return 0;
  const day = `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}`;
  const signedAt = Date.parse(`${day}T${hours.slice(0, 2)}:${hours.slice(2, 4)}:${hours.slice(4)}Z`);
  return signedAt + lifetimeSeconds * 1000;
}
