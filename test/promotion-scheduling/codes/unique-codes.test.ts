import { describe, expect, test } from 'vitest';
import { uniqueCode } from '../../../functions/promotion-scheduling/codes/unique-codes.ts';
import { normalCode } from '../../../shared/pricing/promotions/coupon-code.ts';

const seed = Buffer.alloc(32, 7);

describe('a unique code', () => {
  test.each([
    [undefined, /^[BCDFGHJKLMNPQRSTVWXZ]{7}-[BCDFGHJKLMNPQRSTVWXZ]{7}$/],
    ['spring', /^SPRING-[BCDFGHJKLMNPQRSTVWXZ]{7}-[BCDFGHJKLMNPQRSTVWXZ]{7}$/],
  ])('with the prefix %o has consonants only', (prefix, form) => {
    for (let number = 0; number < 50; number += 1) expect(uniqueCode(seed, number, prefix)).toMatch(form);
  });

  test('has at least 60 random bits', () => {
    const random = normalCode(uniqueCode(seed, 0));
    expect(random.length * Math.log2(20)).toBeGreaterThanOrEqual(60);
  });

  test('is the same for the same seed and number, and another for another seed or number', () => {
    const codes = Array.from({ length: 5000 }, (_, number) => uniqueCode(seed, number));
    expect(new Set(codes).size).toBe(codes.length);
    expect(uniqueCode(seed, 17)).toBe(codes[17]);
    expect(uniqueCode(Buffer.alloc(32, 8), 17)).not.toBe(codes[17]);
  });

  test('has each letter equally often', () => {
    const counts = new Map<string, number>();
    for (let number = 0; number < 2000; number += 1) {
      for (const letter of normalCode(uniqueCode(seed, number))) counts.set(letter, (counts.get(letter) ?? 0) + 1);
    }
    // 1,400 of each are expected; six standard deviations are 219.
    expect(counts.size).toBe(20);
    for (const count of counts.values()) expect(Math.abs(count - 1400)).toBeLessThan(219);
  });
});
