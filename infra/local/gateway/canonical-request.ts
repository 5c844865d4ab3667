import { hash } from 'node:crypto';
import type { AwsCall } from './aws-call.ts';
import type { Signature } from './signature.ts';

/**
 * The text whose hash is signed. It is built from the values that the services use, not from the bytes of the request:
 * two requests with the same text mean the same.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function canonicalRequest(call: AwsCall, { service, signedHeaders, lifetimeSeconds }: Signature): string {
  const headers = signedHeaders.map((name) => `${name}:${normalised(call.headers[name] ?? '')}\n`).join('');
  const payload = service === 's3' ? objectHash(call, lifetimeSeconds !== undefined) : hash('sha256', call.body);
  return [
    call.method,
    canonicalPath(call.path, service),
    canonicalQuery(call.query),
    headers,
    signedHeaders.join(';'),
    payload,
  ].join('\n');
}

/** The caller of S3 states the hash, which `hasStatedHash` compares; that of a presigned URL need not know it. */
const objectHash = (call: AwsCall, isPresigned: boolean) =>
  statedHash(call) ?? (isPresigned ? 'UNSIGNED-PAYLOAD' : hash('sha256', call.body));

const statedHash = ({ headers, query }: AwsCall) =>
  headers['x-amz-content-sha256'] ?? query.get('X-Amz-Content-Sha256') ?? undefined;

/** Whether the body has the stated hash. Texts such as `UNSIGNED-PAYLOAD` state none. */
export function hasStatedHash(call: AwsCall): boolean {
  const stated = statedHash(call);
  return stated === undefined || !/^[0-9a-f]{64}$/i.test(stated) || stated === hash('sha256', call.body);
}

/** S3 encodes keys once; other services encode the encoded path again. */
function canonicalPath(path: string, service: string): string {
  if (path === '/') return '/';
  if (service !== 's3') return path.split('/').map(encode).join('/');
  try {
    return path
      .split('/')
      .map((part) => encode(decodeURIComponent(part)))
      .join('/');
  } catch {
    return path;
  }
}

function canonicalQuery(query: URLSearchParams): string {
  if (query.size === 0) return '';
  return [...query]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&');
}

/** Encodes all but the unreserved characters of RFC 3986. */
const encode = (text: string) =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

const normalised = (value: string) => value.trim().replaceAll(/\s+/g, ' ');
