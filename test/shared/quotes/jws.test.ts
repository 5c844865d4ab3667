import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { readJws, signJws } from '../../../shared/quotes/jws.ts';

const key = 'a secret of the store';
const claims = { totalMinor: 1999, name: 'Ärmel' };
const jws = signJws(claims, key);
const [header = '', payload = '', signature = ''] = jws.split('.');
const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const signedWith = (head: string, body: string, secret = key) =>
  `${head}.${body}.${createHmac('sha256', secret).update(`${head}.${body}`).digest('base64url')}`;

describe('a JWS', () => {
  test('has the claims that were signed', () => expect(readJws(jws, key)).toEqual(claims));
  test('names its algorithm', () =>
    expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual({ alg: 'HS256', typ: 'JWT' }));

  test.each([
    ['of another key', signedWith(header, payload, 'another secret')],
    ['with other claims', `${header}.${encode({ totalMinor: 1 })}.${signature}`],
    ['without a signature', `${header}.${payload}.`],
    ['with the algorithm none', `${encode({ alg: 'none', typ: 'JWT' })}.${payload}.`],
    ['with another algorithm, signed', signedWith(encode({ alg: 'HS512', typ: 'JWT' }), payload)],
    ['with a shorter signature', `${header}.${payload}.${signature.slice(0, -4)}`],
    ['with characters after the signature', `${jws}=`],
    ['with a part more', `${jws}.${payload}`],
    ['that is empty', ''],
    ['that is a word', 'quote'],
  ])('%s is refused', (_, text) => expect(readJws(text, key)).toBeUndefined());
});
