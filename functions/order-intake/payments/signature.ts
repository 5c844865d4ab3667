import { createHmac, timingSafeEqual } from 'node:crypto';

const toleranceMs = 5 * 60_000;

/**
 * Whether a header `t=<unix seconds>,v1=<hex HMAC-SHA256 of "<t>.<body>">` was made with this secret within the last
 * five minutes, or up to five minutes ahead of our clock. Any of several `v1` may fit, as while a secret is changed.
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
