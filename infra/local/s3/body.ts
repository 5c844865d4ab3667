import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { type AwsCall, AwsError } from '../gateway/aws-call.ts';

/** Maximum size of a PUT. Source: S3 quotas. The gateway's own limit is lower, because it keeps bodies in memory. */
const maximumBytes = 5 * 1024 ** 3;

const checksums: Record<string, (body: Buffer) => string> = {
  crc32: (body) => {
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc32(body));
    return sum.toString('base64');
  },
  sha1: (body) => createHash('sha1').update(body).digest('base64'),
  sha256: (body) => createHash('sha256').update(body).digest('base64'),
};

export const md5 = (body: Buffer): Buffer => createHash('md5').update(body).digest();

/**
 * The object's bytes from a request, without the chunk framing of `aws-chunked`; verifies all checksums of the request.
 * `checksum` contains the headers for the response. Throws AwsError.
 */
export function readBody({ headers, body }: AwsCall): { bytes: Buffer; checksum: Record<string, string> } {
  const isChunked =
    headers['content-encoding']?.includes('aws-chunked') ||
    headers['x-amz-content-sha256']?.startsWith('STREAMING-') === true;
  const { bytes, trailers } = isChunked ? unframed(body) : { bytes: body, trailers: {} };
  if (bytes.length > maximumBytes) {
    throw new AwsError('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size');
  }
  const given = headers['content-md5'];
  if (given !== undefined && given !== md5(bytes).toString('base64')) {
    throw new AwsError('BadDigest', 'The Content-MD5 you specified did not match what we received.');
  }
  const checksum: Record<string, string> = {};
  for (const [name, value] of Object.entries({ ...headers, ...trailers })) {
    const algorithm = /^x-amz-checksum-(?!type$|algorithm$|mode$)(.+)$/.exec(name)?.[1];
    if (algorithm === undefined || value === undefined) continue;
    const compute = checksums[algorithm];
    if (!compute)
      throw new AwsError('NotImplemented', `The local engine does not support the checksum ${algorithm}.`, 501);
    if (compute(bytes) !== value) {
      throw new AwsError('BadDigest', `The ${algorithm.toUpperCase()} you specified did not match what we received.`);
    }
    checksum[name] = value;
  }
  return { bytes, checksum };
}

/**
 * Source: Signature Version 4, "Transferring payload in multiple chunks": `<hex size>[;…]\r\n<data>\r\n`, 0, trailers.
 */
function unframed(body: Buffer): { bytes: Buffer; trailers: Record<string, string> } {
  const chunks: Buffer[] = [];
  let at = 0;
  while (true) {
    const lineEnd = body.indexOf('\r\n', at);
    const size = lineEnd === -1 ? Number.NaN : Number.parseInt(body.toString('latin1', at, lineEnd), 16);
    const start = lineEnd + 2;
    if (Number.isNaN(size) || start + size > body.length) {
      throw new AwsError('IncompleteBody', 'The request body terminated unexpectedly');
    }
    if (size === 0) return { bytes: Buffer.concat(chunks), trailers: trailersOf(body.toString('latin1', start)) };
    chunks.push(body.subarray(start, start + size));
    at = start + size + 2;
  }
}

const trailersOf = (text: string): Record<string, string> =>
  Object.fromEntries(
    text
      .split(/\r?\n/)
      .map((line) => /^([^:]+):(.*)$/.exec(line))
      .filter((match) => match !== null)
      .map(([, name = '', value = '']) => [name.trim().toLowerCase(), value.trim()]),
  );
