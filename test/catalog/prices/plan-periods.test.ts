import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mergePeriods } from '../../../functions/catalog/prices/merge-periods.ts';
import { type Period, planPeriods, type WantedPeriod } from '../../../functions/catalog/prices/plan-periods.ts';

const day = 86_400_000;
const now = Date.UTC(2026, 11, 1);
/** The start of a day, counted from now. */
const on = (days: number) => new Date(now + days * day).toISOString();
const at = (unitPriceMinor: number) => [{ minQuantity: 1, unitPriceMinor }];
const period = (from: number, until: number | undefined, price: number): Period => ({
  from: on(from),
  ...(until !== undefined && { until: on(until) }),
  breaks: at(price),
});
const wants = (from: number | undefined, until: number | undefined, price: number): WantedPeriod => ({
  ...(from !== undefined && { from: on(from) }),
  ...(until !== undefined && { until: on(until) }),
  breaks: at(price),
});

const ended = period(-9, -3, 5);
const inForce = period(-3, undefined, 10);

describe('the prices of a SKU in a list', () => {
  test.each<[string, Period[], WantedPeriod[], Period[]]>([
    ['start now without a start', [], [wants(undefined, undefined, 10)], [period(0, undefined, 10)]],
    ['go on if the same price is sent without its start', [inForce], [wants(undefined, undefined, 10)], [inForce]],
    ['go on if the same price is sent with its start', [inForce], [wants(-3, undefined, 10)], [inForce]],
    [
      'end where another price starts now',
      [inForce],
      [wants(undefined, undefined, 11)],
      [period(-3, 0, 10), period(0, undefined, 11)],
    ],
    ['end now if they are left out', [inForce], [], [period(-3, 0, 10)]],
    ['keep what has ended', [ended, inForce], [wants(-3, undefined, 10)], [ended, inForce]],
    [
      'keep what has ended if it is sent too',
      [ended, inForce],
      [wants(-9, -3, 5), wants(-3, undefined, 10)],
      [ended, inForce],
    ],
    ['end later than now', [inForce], [wants(-3, 4, 10)], [period(-3, 4, 10)]],
    [
      'have several starts in the future, in any order',
      [inForce],
      [wants(8, undefined, 12), wants(-3, 5, 10), wants(5, 8, 11)],
      [period(-3, 5, 10), period(5, 8, 11), period(8, undefined, 12)],
    ],
    ['lose a price to come that is left out', [inForce, period(5, 6, 9)], [wants(-3, undefined, 10)], [inForce]],
  ])('%s', (_name, stored, wanted, expected) => {
    expect(planPeriods(stored, wanted, now)).toEqual({ periods: expected });
  });

  test.each<[string, Period[], WantedPeriod[], string, string]>([
    ['a start in the past', [], [wants(-1, undefined, 1)], '/prices/0/from', 'in the past'],
    ['a start before the price in force', [inForce], [wants(-4, undefined, 10)], '/prices/0/from', 'in the past'],
    ['a start within the price in force', [inForce], [wants(-1, undefined, 1)], '/prices/0/from', 'in the past'],
    ['another price since its start', [inForce], [wants(-3, undefined, 11)], '/prices/0/breaks', 'customers paid it'],
    ['an end in the past', [inForce], [wants(-3, -1, 10)], '/prices/0/until', 'in the past'],
    ['another price of a time that has ended', [ended], [wants(-9, -3, 6)], '/prices/0/from', 'in the past'],
    ['an end at the start', [], [wants(1, 1, 1)], '/prices/0/until', 'later end'],
    ['an end before the start', [], [wants(2, 1, 1)], '/prices/0/until', 'later end'],
    [
      'two prices from one time',
      [],
      [wants(1, undefined, 1), wants(1, undefined, 2)],
      '/prices/0/until',
      'entry 1 starts',
    ],
    [
      'a price without an end before the next',
      [inForce],
      [wants(-3, undefined, 10), wants(5, undefined, 11)],
      '/prices/0/until',
      'has no end',
    ],
    ['prices that overlap by a day', [], [wants(5, 7, 1), wants(1, 6, 2)], '/prices/1/until', 'entry 0 starts'],
  ])('refuse %s', (_name, stored, wanted, pointer, detail) => {
    expect(planPeriods(stored, wanted, now)).toEqual({
      errors: [{ pointer, detail: expect.stringContaining(detail) as unknown }],
    });
  });

  test.each([[[2, 1]], [[1, 1]], [[1, 5, 5]], [[10, 1, 5]], [[1, 2, 3, 2]]])(
    'refuse breaks that are not ascending: %j',
    (quantities) => {
      const breaks = quantities.map((minQuantity) => ({ minQuantity, unitPriceMinor: 1 }));
      const at = quantities.findIndex((each, index) => index > 0 && each <= (quantities[index - 1] ?? 0));
      expect(planPeriods([], [{ breaks }], now)).toMatchObject({
        errors: [{ pointer: `/prices/0/breaks/${at}/minQuantity` }],
      });
    },
  );
});

describe('the rows of a file', () => {
  test.each<[string, Period[], WantedPeriod[], Period[]]>([
    ['end the price before them', [inForce], [wants(5, undefined, 11)], [period(-3, 5, 10), period(5, undefined, 11)]],
    [
      'last until the price to come',
      [period(9, undefined, 12)],
      [wants(5, undefined, 11)],
      [period(5, 9, 11), period(9, undefined, 12)],
    ],
    ['start now', [inForce], [wants(undefined, undefined, 11)], [period(-3, 0, 10), period(0, undefined, 11)]],
    ['change nothing if they are in force', [inForce], [wants(undefined, undefined, 10)], [inForce]],
    [
      'change nothing if they are exported',
      [period(-3, 5, 10), period(5, undefined, 11)],
      [wants(-3, 5, 10), wants(5, undefined, 11)],
      [period(-3, 5, 10), period(5, undefined, 11)],
    ],
    ['change a price to come', [inForce, period(5, 8, 11)], [wants(5, 8, 12)], [period(-3, 5, 10), period(5, 8, 12)]],
    [
      'interrupt a price with an end of its own',
      [period(-3, 9, 10)],
      [wants(2, 4, 7)],
      [period(-3, 2, 10), period(2, 4, 7)],
    ],
  ])('%s', (_name, stored, rows, expected) => {
    const merged = planPeriods(stored, mergePeriods(stored, rows, now), now);
    expect(merged).toEqual({ periods: expected });
    expect(planPeriods(expected, mergePeriods(expected, rows, now), now)).toEqual({ periods: expected });
  });
});

test('no change alters a price of the past, and prices never overlap', () => {
  const days = fc.option(fc.integer({ min: -3, max: 12 }), { nil: undefined });
  const wanted = fc
    .tuple(days, days, fc.integer({ min: 1, max: 3 }))
    .map(([from, until, price]) => wants(from, until, price));
  const steps = fc.array(fc.tuple(fc.array(wanted, { maxLength: 4 }), fc.boolean(), fc.integer({ min: 0, max: 4 })), {
    maxLength: 8,
  });
  fc.assert(
    fc.property(steps, (all) => {
      let [stored, clock]: [Period[], number] = [[], now];
      for (const [changes, isFile, passed] of all) {
        const plan = planPeriods(stored, isFile ? mergePeriods(stored, changes, clock) : changes, clock);
        const next = 'periods' in plan ? plan.periods : stored;
        const past = Array.from({ length: 2 * 30 }, (_, half) => now - 4 * day + (half * day) / 2).filter(
          (time) => time < clock,
        );
        expect(past.map((time) => priceAt(next, time))).toEqual(past.map((time) => priceAt(stored, time)));
        expect(next.filter(({ from, until }) => until !== undefined && until <= from)).toEqual([]);
        expect(next.filter(({ until }, index) => isAfter(until, next[index + 1]?.from))).toEqual([]);
        stored = next;
        clock += passed * day;
      }
    }),
  );
});

/** Whether a price ends after the next one starts. */
const isAfter = (until: string | undefined, next: string | undefined) =>
  next !== undefined && (until === undefined || until > next);

const priceAt = (periods: readonly Period[], time: number) => {
  const iso = new Date(time).toISOString();
  return periods.find(({ from, until }) => from <= iso && (until === undefined || iso < until))?.breaks;
};
