import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';

type Bytes = string | ArrayBuffer | ArrayBufferView;

/** The hash that the signer of the SDK needs. */
class Sha256 {
  private readonly hash: Hash | Hmac;
  constructor(secret?: Bytes) {
    this.hash = secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(secret));
  }
  update(data: Bytes) {
    this.hash.update(bytesOf(data));
  }
  reset() {}
  digest() {
    return Promise.resolve(new Uint8Array(this.hash.digest()));
  }
}

function bytesOf(data: Bytes): Buffer {
  if (typeof data === 'string') return Buffer.from(data);
  return ArrayBuffer.isView(data) ? Buffer.from(data.buffer, data.byteOffset, data.byteLength) : Buffer.from(data);
}

export type Credentials = { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
type Sent = { method?: string; headers?: Record<string, string>; body?: string | Buffer };

const signerOf = (service: string, credentials: Credentials) =>
  new SignatureV4({
    service,
    region: 'eu-west-1',
    credentials,
    sha256: Sha256,
    uriEscapePath: service !== 's3',
    applyChecksum: service === 's3',
  });

function requestOf(url: string, { method = 'GET', headers = {}, body }: Sent) {
  const { protocol, hostname, port, host, pathname, searchParams } = new URL(url);
  const query = Object.fromEntries(searchParams);
  const path = { protocol, hostname, port: Number(port), path: pathname, query };
  return { method, ...path, headers: { host, ...headers }, body };
}

/** The headers of a request that the SDK's signer signs. `sessionToken` of the credentials becomes a header too. */
export async function signedHeaders(service: string, credentials: Credentials, url: string, sent: Sent = {}) {
  const { headers } = await signerOf(service, credentials).sign(requestOf(url, sent));
  return headers;
}

/** Sends a request that the SDK's signer signs. */
export const signedFetch = async (service: string, credentials: Credentials, url: string, sent: Sent = {}) =>
  fetch(url, { ...sent, headers: await signedHeaders(service, credentials, url, sent) });

/** As the SDK's presigner for S3: the body is not known yet. */
const unhashed = { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' };

/** A presigned URL of S3, made at `signingDate`. */
export async function presignedUrl(
  credentials: Credentials,
  url: string,
  { method = 'GET', seconds = 60, signingDate = new Date() } = {},
): Promise<string> {
  const signed = await signerOf('s3', credentials).presign(requestOf(url, { method, headers: unhashed }), {
    expiresIn: seconds,
    signingDate,
  });
  return `${new URL(url).origin}${signed.path}?${new URLSearchParams(signed.query as Record<string, string>).toString()}`;
}
