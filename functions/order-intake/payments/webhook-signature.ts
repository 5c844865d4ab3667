import { createHmac, timingSafeEqual } from 'node:crypto';
import { type HttpResponse, problem } from '../../../shared/contracts/problem.ts';
import { parseSigningSecret, validSecrets } from '../../../shared/payments/webhook-secret.ts';

const toleranceMs = 5 * 60_000;

const invalidSignature = problem(
  401,
  'invalid-signature',
  'Storeworks-Signature is missing, older than 5 minutes, or not made with the secret of this provider: t=<unix seconds>,v1=<hex HMAC-SHA256 of "<t>.<body>">.',
);

/**
 * Verifies a payment provider's signature with its own secret before the body is parsed. A provider without a secret is
 * refused like a wrong signature. `readers` returns the text of a provider's secret by the provider's name.
 */
export const verifySignature =
  (readers: ReadonlyMap<string, () => Promise<string>>) =>
  async (
    headers: Record<string, string | undefined>,
    body: Buffer,
    now: number,
    { provider = '' }: Record<string, string | undefined>,
  ): Promise<HttpResponse | undefined> => {
    const signature = headers['storeworks-signature'];
    const readSecret = readers.get(provider);
    // Without a signature the secret need not be read.
    if (signature === undefined || !readSecret) return invalidSignature;
    const secrets = validSecrets(parseSigningSecret(await readSecret()), now);
    return secrets.some((secret) => isSigned(signature, body, secret, now)) ? undefined : invalidSignature;
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
