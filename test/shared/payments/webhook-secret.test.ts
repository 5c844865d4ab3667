import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { store } from '../../../infra/store.ts';
import { parseSigningSecret, validSecrets, WebhookProvider } from '../../../shared/payments/webhook-secret.ts';

describe('the name of a payment provider', () => {
  test.each(Object.keys(store.paymentWebhooks))('can be %s', (name) => {
    expect(WebhookProvider.parse(name)).toBe(name);
  });

  test.each(['stripe', 'Acme', '', '-acme', 'a/b', '__proto__', 'a'.repeat(41)])('cannot be %j', (name) => {
    expect(WebhookProvider.safeParse(name).success).toBe(false);
  });
});

describe('the secret of a payment provider', () => {
  const [current, previous] = ['0123456789abcdef', 'fedcba9876543210'];
  const previousUntil = '2026-12-07T00:00:00Z';

  test.each([
    [current, [current]],
    [JSON.stringify({ current }), [current]],
    [` \n{ "current": "${current}" }\n`, [current]],
    [JSON.stringify({ current, previous, previousUntil }), [current, previous]],
    [JSON.stringify({ current, previous, previousUntil: '2026-11-30T00:00:00Z' }), [current]],
  ])('%s', (text, expected) => {
    expect(validSecrets(parseSigningSecret(text), Date.parse('2026-11-30T00:00:00Z'))).toEqual(expected);
  });

  test.each([
    'short',
    '',
    '{',
    '{}',
    JSON.stringify({ current: 'short' }),
    JSON.stringify({ current, previous }),
    JSON.stringify({ current, previous: '', previousUntil }),
    JSON.stringify({ current, previous, previousUntil: 'tomorrow' }),
    JSON.stringify({ current, previous, previousUntil, other: 1 }),
  ])('cannot be %s', (text) => {
    expect(() => parseSigningSecret(text)).toThrow(z.ZodError);
  });
});
