import { describe, expect, test } from 'vitest';
import { contentHash, orderIdOf } from '../../shared/ids.ts';

describe('the id of an order', () => {
  test('never changes: these were given to customers', () => {
    expect(orderIdOf('storefront', 'W-1001')).toBe('ord_rspfjb0y8c0ew5q8m4fk9whe49');
    expect(orderIdOf('marketplace', 'W-1001')).toBe('ord_6dcq8hgb8q0q55kkxafs9mt2jd');
  });

  test('tells channel and external id apart where they run together', () => {
    expect(orderIdOf('ab', 'c')).not.toBe(orderIdOf('a', 'bc'));
  });
});

describe('the hash of content', () => {
  test('does not depend on the order of members or on members left out', () => {
    expect(contentHash({ b: [{ d: 1, c: null }], a: 'x', e: undefined })).toBe(
      contentHash({ a: 'x', b: [{ c: null, d: 1 }] }),
    );
  });

  test.each([
    ['the order of a list', { a: [1, 2] }, { a: [2, 1] }],
    ['a number and its text', { a: 1 }, { a: '1' }],
    ['nothing and null', {}, { a: null }],
    ['where a text ends', ['a', 'b'], ['a,b']],
  ])('tells %s', (_name, one, other) => {
    expect(contentHash(one)).not.toBe(contentHash(other));
  });
});
