import { describe, expect, test } from 'vitest';
import { contentHash, orderIdOf } from '../../shared/ids.ts';

describe('the id of an order', () => {
  test('never changes, as customers have these ids', () => {
    expect(orderIdOf('storefront', 'W-1001')).toBe('ord_rspfjb0y8c0ew5q8m4fk9whe49');
    expect(orderIdOf('marketplace', 'W-1001')).toBe('ord_6dcq8hgb8q0q55kkxafs9mt2jd');
  });

  test('differs where only the boundary of channel and external id differs', () => {
    expect(orderIdOf('ab', 'c')).not.toBe(orderIdOf('a', 'bc'));
  });
});

describe('the content hash', () => {
  test('ignores the order of members and undefined members', () => {
    expect(contentHash({ b: [{ d: 1, c: null }], a: 'x', e: undefined })).toBe(
      contentHash({ a: 'x', b: [{ c: null, d: 1 }] }),
    );
  });

  test.each([
    ['the order of a list', { a: [1, 2] }, { a: [2, 1] }],
    ['a number and its text', { a: 1 }, { a: '1' }],
    ['a missing member and null', {}, { a: null }],
    ['the boundaries of texts', ['a', 'b'], ['a,b']],
  ])('distinguishes %s', (_name, one, other) => {
    expect(contentHash(one)).not.toBe(contentHash(other));
  });
});
