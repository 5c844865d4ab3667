import { createHmac, timingSafeEqual } from 'node:crypto';
import { type HttpResponse, problem } from '../../../shared/contracts/problem.ts';

const toleranceMs = 5 * 60_000;

const invalidSignature = problem(
  401,
  'invalid-signature',
  'Storeworks-Signature is missing, wrong, or older than 5 minutes: t=<unix seconds>,v1=<hex HMAC-SHA256 of "<t>.<body>">.',
);

/** Verifies a payment provider's signature before the body is parsed. */
export const verifySignature =
  (readSecret: () => Promise<string>) =>
  async (headers: Record<string, string | undefined>, body: Buffer, now: number): Promise<HttpResponse | undefined> => {
    const signature = headers['storeworks-signature'];
    // Without a signature the secret need not be read.
    if (signature === undefined) return invalidSignature;
    return isSigned(signature, body, await readSecret(), now) ? undefined : invalidSignature;
  };

/**
 * Whether a header `t=<unix seconds>,v1=<hex HMAC-SHA256 of "<t>.<body>">` was made with this secret, at most five
 * minutes before or after `now` (milliseconds). One of several `v1` must match, so that a secret can be rotated.
 */
export function isSigned(header: string | undefined, body: Buffer, secret: string, now: number): boolean {
  const fields = (header ?? '').split(',').map((field) => field.trim().split('='));
  const valuesOf = (name: string) => fields.filter(([key]) => key === name).map(([, value = '']) => value);
  const [time = '', ...others] = valuesOf('t');
  if (!/^\d{1,12}$/.test(time) || others.length > 0) return false;
  if (Math.abs(now - Number(time) * 1000) > toleranceMs) return false;
  const expected = createHmac('sha256', secret).update(`${time}.`).update(body).digest();
  return valuesOf('v1').some((value) => {
    const given = Buffer.from(value, 'hex');
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
}
