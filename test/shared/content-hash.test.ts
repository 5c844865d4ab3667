import { describe, expect, test } from 'vitest';
import { canonicalHash } from '../../shared/content-hash.ts';
import { contentHash } from '../../shared/ids.ts';

describe('the hash of a command', () => {
  const defaults = { restock: true, shippingMinor: 0 };
  test.each<[string, object, object]>([
    ['members in another order', { a: 1, b: 2 }, { b: 2, a: 1 }],
    ['undefined members', { a: 1, b: undefined }, { a: 1 }],
    ['an empty list', { a: 1, charges: [] }, { a: 1 }],
    ['a default', { a: 1, restock: true, shippingMinor: 0 }, { a: 1 }],
    ['blanks around text', { reason: ' late ' }, { reason: 'late' }],
    ['another form of the same letters', { note: 'Zu\u0308rich' }, { note: 'Z\u00fcrich' }],
    ['another offset of the same time', { at: '2026-03-05T13:00:00+01:00' }, { at: '2026-03-05T12:00:00Z' }],
    ['fractions of a second', { at: '2026-03-05T12:00:00.000Z' }, { at: '2026-03-05T12:00:00Z' }],
    [
      'lines in another order',
      {
        lines: [
          { lineId: 'line-2', quantity: 1 },
          { quantity: 3, lineId: 'line-1' },
        ],
      },
      {
        lines: [
          { lineId: 'line-1', quantity: 3 },
          { lineId: 'line-2', quantity: 1 },
        ],
      },
    ],
    [
      'charges in another order',
      { c: [{ chargeId: 'b' }, { chargeId: 'a' }] },
      { c: [{ chargeId: 'a' }, { chargeId: 'b' }] },
    ],
  ])('ignores %s', (_name, one, other) => {
    expect(canonicalHash(one, { defaults })).toBe(canonicalHash(other, { defaults }));
  });

  test.each<[string, object, object]>([
    ['another value', { restock: false }, {}],
    [
      'the order of lines of a new order',
      { lines: [{ sku: 'A' }, { sku: 'B' }] },
      { lines: [{ sku: 'B' }, { sku: 'A' }] },
    ],
    [
      'lines with the same id',
      {
        u: [
          { lineId: 'a', n: 1 },
          { lineId: 'a', n: 2 },
        ],
      },
      {
        u: [
          { lineId: 'a', n: 2 },
          { lineId: 'a', n: 1 },
        ],
      },
    ],
    ['a default of an inner member', { a: { shippingMinor: 0 } }, { a: {} }],
    ['another time', { at: '2026-03-05T13:00:00+01:00' }, { at: '2026-03-05T13:00:00Z' }],
    ['a member of the name of an object function', { toString: 'x' }, {}],
    ['null and an absent member', { a: null }, {}],
  ])('distinguishes %s', (_name, one, other) => {
    expect(canonicalHash(one, { defaults })).not.toBe(canonicalHash(other, { defaults }));
  });

  test('is the stored one, if that is of this content as it was hashed before 2026-11-30', () => {
    const content = { at: '2026-03-05T13:00:00+01:00', lines: [{ lineId: 'b' }, { lineId: 'a' }] };
    expect(canonicalHash(content, { stored: contentHash(content) })).toBe(contentHash(content));
    expect(canonicalHash(content, { stored: 'other' })).not.toBe(contentHash(content));
  });
});
