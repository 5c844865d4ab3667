import { expect, test } from 'vitest';
import { Email, emailDomain, normalEmail } from '../../shared/email.ts';

test.each([
  'ada@example.com',
  'jörg@example.com',
  'jo\u0308rg@example.com',
  'ada@müller.de',
  'ADA+tea@Example.CO.UK',
  "o'brien@example.ie",
  '用户@例え.jp',
  'δοκιμή@παράδειγμα.ελ',
  'ada@xn--mller-kva.de',
  'ada@a-.com',
  'ada@ಉದಾಹರಣೆ.ಭಾರತ',
])('accepts the e-mail address %s', (email) => {
  expect(Email.safeParse(email).success).toBe(true);
});

test.each([
  'ada',
  '@example.com',
  'ada@',
  'ada@example',
  'ada@1.2.3.4',
  'ada@@example.com',
  'a da@example.com',
  '.ada@example.com',
  'ada.@example.com',
  'a..da@example.com',
  'ada@example..com',
  'ada@-example.com',
  'ada@ex%41mple.com',
  'ada@exa_mple.com',
  'ada@\u200d\u0bcd.com',
  'ada@xn--ü.com',
  'ada@example.com\n',
  'Ada <ada@example.com>',
  'ad\ud800a@example.com',
  `ada@${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(63)}.com`,
])('refuses %j as an e-mail address', (email) => {
  expect(Email.safeParse(email).success).toBe(false);
});

test.each([
  ['ADA@Example.COM', 'ada@example.com'],
  ['jo\u0308rg@example.com', 'jörg@example.com'],
  ['JÖRG@example.com', 'jörg@example.com'],
  ['ada@müller.de', 'ada@xn--mller-kva.de'],
  ['ada@MU\u0308LLER.de', 'ada@xn--mller-kva.de'],
  ['Ada+Tea@xn--MLLER-KVA.de', 'ada+tea@xn--mller-kva.de'],
  ['ada@faß.de', 'ada@xn--fa-hia.de'],
])('compares %s as %s', (email, normal) => {
  expect(normalEmail(email)).toBe(normal);
  expect(normalEmail(normal)).toBe(normal);
});

test('returns the domain in its normal form', () => {
  expect(emailDomain('ada@MÜLLER.de')).toBe('xn--mller-kva.de');
});
