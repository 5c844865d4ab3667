import type { IncomingMessage } from 'node:http';

/** Contents of a version 4 signature, from the header or from the query of a presigned URL. */
export type Signature = {
  /** `undefined` for an unsigned request. */
  accessKeyId: string | undefined;
  /** Empty if unknown. */
  service: string;
  /** Expiry of a presigned URL in milliseconds since the epoch. */
  expiresAt?: number;
};

/**
 * Reads `Credential=<id>/<date>/<region>/<service>/aws4_request`. A request without a signature and without an
 * `x-amz-target` or form is an anonymous S3 request, as from a browser.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function signatureOf({ headers }: IncomingMessage, query: URLSearchParams): Signature {
  const inHeader = scopeOf(/Credential=([^,\s]+)/.exec(headers.authorization ?? '')?.[1]);
  if (inHeader) return inHeader;
  const inQuery = scopeOf(query.get('X-Amz-Credential'));
  if (inQuery) return { ...inQuery, expiresAt: expiryOf(query) };
  const isForm = headers['content-type']?.startsWith('application/x-www-form-urlencoded') ?? false;
  const looksLikeS3 = headers['x-amz-target'] === undefined && headers.authorization === undefined && !isForm;
  return { accessKeyId: undefined, service: looksLikeS3 ? 's3' : '' };
}

function scopeOf(credential: string | null | undefined): Signature | undefined {
  const [accessKeyId, , , service, end] = credential?.split('/') ?? [];
  return end === 'aws4_request' && service ? { accessKeyId, service } : undefined;
}

/** `X-Amz-Date` is `20260131T235959Z`. A presigned URL without a valid date or lifetime has expired. */
function expiryOf(query: URLSearchParams): number {
  const [, date, time] = /^(\d{8})T(\d{6})Z$/.exec(query.get('X-Amz-Date') ?? '') ?? [];
  const seconds = Number(query.get('X-Amz-Expires') ?? Number.NaN);
  if (!date || !time || !Number.isFinite(seconds)) return 0;
  const day = `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}`;
  return Date.parse(`${day}T${time.slice(0, 2)}:${time.slice(2, 4)}:${time.slice(4)}Z`) + seconds * 1000;
}
