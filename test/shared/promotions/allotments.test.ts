import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { allotments, openAllotments, spread } from '../../../shared/promotions/allotments.ts';

const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);
const limit = fc.integer({ min: 0, max: 5000 });
const usedCounts = fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 16 });

describe('allotments', () => {
  test.each([
    [10, 4, [3, 3, 2, 2]],
    [16, 16, Array.from({ length: 16 }, () => 1)],
    [3, 5, [1, 1, 1, 0, 0]],
    [0, 2, [0, 0]],
    [1_000_000_000, 1, [1_000_000_000]],
  ])('%d over %d shards', (total, shards, parts) => {
    expect(allotments(total, shards)).toEqual(parts);
  });

  test('sum to the limit, and are the open ones while no shard used more', () => {
    fc.assert(
      fc.property(limit, usedCounts, (total, counts) => {
        const parts = allotments(total, counts.length);
        expect(sum(parts)).toBe(total);
        const within = counts.map((used, shard) => Math.min(used, parts[shard] ?? 0));
        expect(openAllotments(total, within)).toEqual(parts);
      }),
    );
  });
});

describe('after a limit was lowered', () => {
  test.each([
    [50, [10, 2, 2, 2, 2, 2, 2, 2, 2, 2], [10, 5, 5, 5, 5, 4, 4, 4, 4, 4]],
    [10, [8, 0], [8, 2]],
    [10, [12, 0], [12, 0]],
    [0, [3, 1], [3, 1]],
    [9, [4, 1, 2], [4, 3, 2]],
  ])('a limit of %d leaves %j the allotments %j', (total, used, most) => {
    expect(openAllotments(total, used)).toEqual(most);
  });

  test('what is left is exactly what the limit leaves', () => {
    fc.assert(
      fc.property(limit, usedCounts, (total, used) => {
        const most = openAllotments(total, used);
        expect(sum(most) - sum(used)).toBe(Math.max(0, total - sum(used)));
        expect(most.every((each, shard) => each >= (used[shard] ?? 0))).toBe(true);
      }),
    );
  });

  test('claims on earlier reads, and releases in between, never exceed the limit', () => {
    const steps = fc.array(fc.tuple(fc.constantFrom('read', 'claim', 'release'), fc.nat({ max: 2 }), fc.nat()));
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 40 }), fc.array(fc.nat({ max: 15 }), { minLength: 1 }), steps, runFrom),
    );
  });
});

/** Three functions claim one unit at a time, each on what it read last; a limit that was lowered is exceeded at the start. */
function runFrom(limit: number, given: number[], steps: [string, number, number][]) {
  const used = [...given];
  const read = () => ({ most: openAllotments(limit, used), seen: [...used] });
  const functions = [read(), read(), read()];
  for (const [step, index, seed] of steps) {
    const { most, seen } = functions[index] ?? read();
    const before = sum(used);
    if (step === 'read') functions[index] = read();
    if (step === 'release') used[seed % used.length] = Math.max(0, (used[seed % used.length] ?? 0) - 1);
    const room = most.map((each, shard) => each - (seen[shard] ?? 0));
    const shard = step === 'claim' ? spread(1, room, seed)?.[0]?.shard : undefined;
    if (shard !== undefined && (used[shard] ?? 0) <= (most[shard] ?? 0) - 1) used[shard] = (used[shard] ?? 0) + 1;
    expect(sum(used)).toBeLessThanOrEqual(Math.max(limit, before));
  }
}

describe('a claim is spread', () => {
  test.each([
    ['over the first shard with room from the seed on', 2, [5, 1, 5], 1, [{ shard: 2, count: 2 }]],
    [
      'over the shards with most room if none has enough',
      5,
      [1, 3, 2],
      0,
      [
        { shard: 1, count: 3 },
        { shard: 2, count: 2 },
      ],
    ],
    [
      'over all that is left',
      6,
      [1, 3, 2],
      2,
      [
        { shard: 1, count: 3 },
        { shard: 2, count: 2 },
        { shard: 0, count: 1 },
      ],
    ],
    ['nowhere if too little is left', 7, [1, 3, 2], 0, undefined],
    ['nowhere for nothing', 0, [1], 0, []],
    ['without shards that are above their part', 2, [-3, 2], 0, [{ shard: 1, count: 2 }]],
  ])('%s', (_name, count, room, seed, shares) => {
    expect(spread(count, room, seed)).toEqual(shares);
  });
});
