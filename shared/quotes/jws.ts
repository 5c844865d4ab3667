import { createHmac, timingSafeEqual } from 'node:crypto';

const encode = (text: string | Buffer) => Buffer.from(text).toString('base64url');
/** The only header that is accepted, so that a caller chooses no algorithm. */
const header = encode(JSON.stringify({ alg: 'HS256', typ: 'JWT' }));

const signatureOf = (input: string, key: string) => createHmac('sha256', key).update(input).digest();

/** Signs claims as a JWS in compact form (RFC 7515) with HMAC SHA-256. */
export function signJws(claims: object, key: string): string {
  const input = `${header}.${encode(JSON.stringify(claims))}`;
  return `${input}.${encode(signatureOf(input, key))}`;
}

/** The claims of a JWS; undefined if it is not one of this key. */
export function readJws(jws: string, key: string): unknown {
  const [given, payload = '', signature = '', ...rest] = jws.split('.');
  if (given !== header || rest.length > 0) return undefined;
  const expected = signatureOf(`${header}.${payload}`, key);
  const actual = Buffer.from(signature, 'base64url');
  const isSame = actual.length === expected.length && timingSafeEqual(actual, expected);
  // Node ignores characters that are not base64url: another text of the same bytes is not the text that was signed.
  if (!isSame || encode(actual) !== signature) return undefined;
  return JSON.parse(Buffer.from(payload, 'base64url').toString());
}
