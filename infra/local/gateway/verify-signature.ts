import { createHmac, createSecretKey, hash, type KeyObject, timingSafeEqual } from 'node:crypto';
import { type AwsCall, AwsError } from './aws-call.ts';
import { canonicalRequest, hasStatedHash } from './canonical-request.ts';
import { protocolOf } from './errors.ts';
import { expiryOf, type Signature } from './signature.ts';

/** Maximum lifetime of a presigned URL in seconds. Source: Amazon S3 User Guide, presigned URLs. */
const maxLifetimeSeconds = 604_800;
/** Signing keys live for a day. One per access key, region and service is in use. */
const maxCachedKeys = 1000;

/**
 * Returns a function that throws AwsError unless the call has the signature of the secret. The age of a signature in a
 * header is not checked: tests move the engine's clock.
 */
export function createVerifier(now: () => number) {
  const keys = new Map<string, KeyObject>();
  const signingKey = ({ accessKeyId, date, region, service }: Signature, secret: string) => {
    const scope = `${accessKeyId}/${date}/${region}/${service}`;
    const known = keys.get(scope);
    if (known) return known;
    if (keys.size >= maxCachedKeys) keys.clear();
    const bytes = [date, region, service, 'aws4_request'].reduce<string | Buffer>(
      (previous, part) => createHmac('sha256', previous).update(part).digest(),
      `AWS4${secret}`,
    );
    // 3 µs per signature; with the bytes themselves, it takes 40.
    const key = createSecretKey(Buffer.from(bytes));
    keys.set(scope, key);
    return key;
  };

  return (call: AwsCall, signature: Signature, secret: string): void => {
    const { date, region, service, time, lifetimeSeconds } = signature;
    if (!coversRequest(call, signature)) throw mismatch(call);
    const text = `AWS4-HMAC-SHA256\n${time}\n${date}/${region}/${service}/aws4_request\n`;
    const expected = createHmac('sha256', signingKey(signature, secret))
      .update(text + hash('sha256', canonicalRequest(call, signature)))
      .digest('hex');
    if (!isSame(signature.value, expected)) throw mismatch(call);
    if (lifetimeSeconds !== undefined) checkLifetime(signature, lifetimeSeconds, now());
    if (service === 's3' && !hasStatedHash(call)) {
      throw new AwsError(
        'XAmzContentSHA256Mismatch',
        "The provided 'x-amz-content-sha256' header does not match what was computed.",
      );
    }
  };
}

/** Compares in constant time. */
const isSame = (given: string, expected: string) =>
  Buffer.byteLength(given) === expected.length && timingSafeEqual(Buffer.from(given), Buffer.from(expected));

/** The host and every `x-amz-` header must be signed: the operation and the source of a copy are such headers. */
function coversRequest({ headers }: AwsCall, { signedHeaders, date, time }: Signature): boolean {
  if (!signedHeaders.includes('host') || !time.startsWith(`${date}T`)) return false;
  return Object.keys(headers).every((name) => !name.startsWith('x-amz-') || signedHeaders.includes(name));
}

function checkLifetime(signature: Signature, seconds: number, now: number): void {
  if (seconds > maxLifetimeSeconds) {
    throw new AwsError(
      'AuthorizationQueryParametersError',
      'X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds',
    );
  }
  if (expiryOf(signature) < now) throw new AwsError('AccessDenied', 'Request has expired', 403);
}

const mismatch = ({ service }: AwsCall) =>
  refusal(service, {
    s3: 'SignatureDoesNotMatch',
    others: 'InvalidSignatureException',
    message:
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.',
  });

/** The error for an access key that does not exist. */
export const unknownAccessKey = (service: string) =>
  refusal(service, {
    s3: 'InvalidAccessKeyId',
    others: 'UnrecognizedClientException',
    message:
      'The access key id is not known here. The local engine has one for its administrator, and one for each function.',
  });

/** The error for a request without a signature. */
export const unsigned = (service: string) =>
  service === 's3'
    ? new AwsError('AccessDenied', 'Access Denied', 403)
    : new AwsError('MissingAuthenticationToken', 'The request has no AWS signature that names a service.', 403);

function refusal(service: string, { s3, others, message }: { s3: string; others: string; message: string }): AwsError {
  const protocol = protocolOf(service, {});
  return new AwsError(protocol === 's3' ? s3 : others, message, protocol === 'json' ? 400 : 403);
}
