import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { isSigned } from '../../../functions/order-intake/payments/webhook-signature.ts';
import { noon } from '../../support/orders/placed-order.ts';

describe('a webhook signature', () => {
  const body = Buffer.from('{"a":1}');
  const seconds = Math.floor(noon / 1000);
  const v1 = (t: number, secret = 'secret') => createHmac('sha256', secret).update(`${t}.{"a":1}`).digest('hex');
  test.each<[string, string | undefined, boolean]>([
    ['with this secret and the current time is valid', `t=${seconds},v1=${v1(seconds)}`, true],
    ['next to one of an old secret is valid', `t=${seconds},v1=${v1(seconds, 'old')},v1=${v1(seconds)}`, true],
    ['within five minutes is valid', `t=${seconds - 299},v1=${v1(seconds - 299)}`, true],
    ['older than five minutes is invalid', `t=${seconds - 301},v1=${v1(seconds - 301)}`, false],
    ['more than five minutes ahead is invalid', `t=${seconds + 302},v1=${v1(seconds + 302)}`, false],
    ['with another time than the signed one is invalid', `t=${seconds},v1=${v1(seconds - 1)}`, false],
    ['with another secret is invalid', `t=${seconds},v1=${v1(seconds, 'other')}`, false],
    ['that is truncated is invalid', `t=${seconds},v1=${v1(seconds).slice(0, 10)}`, false],
    ['with two times is invalid', `t=${seconds},t=${seconds},v1=${v1(seconds)}`, false],
    ['that is missing is invalid', undefined, false],
    ['that is malformed is invalid', 't=now,v1=,=,', false],
  ])('%s', (_name, header, isGood) => {
    expect(isSigned(header, body, 'secret', noon)).toBe(isGood);
  });
});
