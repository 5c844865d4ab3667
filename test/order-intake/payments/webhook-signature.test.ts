import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { isSigned, verifySignature } from '../../../functions/order-intake/payments/webhook-signature.ts';
import { paymentSignature } from '../../support/payments/signature.ts';
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

describe('a payment webhook', () => {
  const body = Buffer.from('{"paymentId":"pay-1"}');
  const [current, other, previous] = ['current-secret-0', 'secret-of-another', 'previous-secret0'];
  const rotating = (previousUntil: number) =>
    JSON.stringify({ current, previous, previousUntil: new Date(previousUntil).toISOString() });
  const secrets = {
    acme: current,
    'acme-b': other,
    rotating: rotating(noon + 1),
    rotated: rotating(noon),
    replaced: JSON.stringify({ current }),
    weak: 'too short',
    malformed: `{ "current": "${current}"`,
    incomplete: JSON.stringify({ current, previous }),
  };
  const readers = new Map(Object.entries(secrets).map(([provider, text]) => [provider, () => Promise.resolve(text)]));
  const verify = (provider: string, secret: string) =>
    verifySignature(readers)({ 'storeworks-signature': paymentSignature(body.toString(), secret, noon) }, body, noon, {
      provider,
    });

  test.each([
    ['of a provider with its secret', 'acme', current, undefined],
    ['of a provider with the secret of another', 'acme-b', current, 401],
    ['of a provider without a secret', 'unknown', current, 401],
    ['of Stripe', 'stripe', current, 401],
    ['of a name that objects have', 'constructor', current, 401],
    ['during a rotation with the current secret', 'rotating', current, undefined],
    ['during a rotation with the previous secret', 'rotating', previous, undefined],
    ['during a rotation with another secret', 'rotating', other, 401],
    ['after a rotation with the current secret', 'rotated', current, undefined],
    ['after a rotation with the previous secret', 'rotated', previous, 401],
    ['with the text of the whole JSON', 'replaced', secrets.replaced, 401],
  ])('%s', async (_name, provider, secret, status) => {
    expect((await verify(provider, secret))?.status).toBe(status);
  });

  test.each(['weak', 'malformed', 'incomplete'])(
    'fails with a secret that is %s, and the error does not contain it',
    async (provider) => {
      await expect(verify(provider, current)).rejects.toThrow(
        expect.not.objectContaining({ message: expect.stringMatching(/too short|secret-0/) }),
      );
    },
  );
});
