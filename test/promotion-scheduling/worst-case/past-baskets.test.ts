import { describe, expect, test } from 'vitest';
import {
  createBasketCounter,
  noPastBaskets,
  withDays,
} from '../../../functions/promotion-scheduling/worst-case/past-baskets.ts';

const line = (sku: string, quantity: number, gift?: string) => ({
  lineId: '1',
  sku,
  quantity,
  unitPriceMinor: 100,
  discountMinor: 0,
  taxMinor: 0,
  gift,
});

describe('baskets of past orders', () => {
  test('are counted by their SKUs and units, whatever the order of the lines, and without gifts', () => {
    const counter = createBasketCounter();
    counter.add('2026-01-01', { lines: [line('A', 1), line('B', 2)] });
    counter.add('2026-01-01', { lines: [line('B', 2), line('A', 1), line('C', 1, 'free-c')] });
    counter.add('2026-01-01', { lines: [line('A', 1), line('A', 2)] });
    counter.add('2026-01-02', { lines: [line('C', 1, 'free-c')] });
    const counted = {
      '2026-01-01': [
        {
          lines: [
            ['A', 1],
            ['B', 2],
          ],
          orders: 2,
        },
        { lines: [['A', 3]], orders: 1 },
      ],
    };
    expect(counter.kept()).toEqual(counted);
    // Its state is kept between two days of a replay that another invocation continues.
    const resumed = createBasketCounter(JSON.parse(JSON.stringify(counter.kept())));
    resumed.add('2026-01-01', { lines: [line('A', 3)] });
    expect(resumed.kept()['2026-01-01']?.[1]).toEqual({ lines: [['A', 3]], orders: 2 });
  });

  test('of a day that was added before are not counted twice, and those of another year are left out', () => {
    const first = withDays(noPastBaskets, { '2025-12-31': [{ lines: [['A', 1]], orders: 3 }] });
    expect(withDays(first, { '2025-12-31': [{ lines: [['A', 1]], orders: 3 }] })).toBe(first);
    const second = withDays(first, {
      '2026-01-01': [
        { lines: [['B', 1]], orders: 4 },
        { lines: [['A', 1]], orders: 2 },
      ],
    });
    expect(second).toEqual({
      days: ['2025-12-31', '2026-01-01'],
      baskets: [
        { lines: [['A', 1]], orders: 5, lastDay: '2026-01-01' },
        { lines: [['B', 1]], orders: 4, lastDay: '2026-01-01' },
      ],
    });
    // An earlier day that is replayed later does not make a basket older.
    expect(withDays(second, { '2025-06-01': [{ lines: [['B', 1]], orders: 9 }] }).baskets[0]).toMatchObject({
      orders: 13,
      lastDay: '2026-01-01',
    });
    expect(withDays(second, { '2027-01-01': [{ lines: [['C', 1]], orders: 1 }] })).toEqual({
      days: ['2027-01-01'],
      baskets: [{ lines: [['C', 1]], orders: 1, lastDay: '2027-01-01' }],
    });
  });
});
