import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { changesBetween } from '../../../shared/settings/changes.ts';

const zones = (...rates: object[]) => ({ zones: [{ zoneId: 'gb', name: 'UK', rates }] });
const vat = { rateId: 'vat', percentage: '20' };
const reduced = { rateId: 'reduced', percentage: '5' };

describe('the differences between two documents', () => {
  test.each<[string, object, object, object[]]>([
    ['none', zones(vat), zones({ percentage: '20', rateId: 'vat' }), []],
    [
      'a changed field of an entry',
      zones(vat),
      zones({ ...vat, percentage: '17.5' }),
      [{ entry: '/zones/gb/rates/vat/percentage', kind: 'changed', before: '20', after: '17.5' }],
    ],
    [
      'an entry added at the start',
      zones(vat),
      zones(reduced, vat),
      [{ entry: '/zones/gb/rates/reduced', kind: 'added', after: reduced }],
    ],
    [
      'a removed entry',
      zones(vat, reduced),
      zones(vat),
      [{ entry: '/zones/gb/rates/reduced', kind: 'removed', before: reduced }],
    ],
    [
      'entries in another order',
      zones(vat, reduced),
      zones(reduced, vat),
      [{ entry: '/zones/gb/rates', kind: 'reordered', before: ['vat', 'reduced'], after: ['reduced', 'vat'] }],
    ],
    [
      'a price in another currency',
      { methods: [{ method: 'express', prices: { GBP: 495 } }] },
      { methods: [{ method: 'express', prices: { GBP: 495, EUR: 595 } }] },
      [{ entry: '/methods/express/prices/EUR', kind: 'added', after: 595 }],
    ],
    [
      'a holiday',
      { calendars: [{ calendarId: 'a', holidays: ['2026-12-25'] }] },
      { calendars: [{ calendarId: 'a', holidays: ['2026-12-24', '2026-12-25'] }] },
      [{ entry: '/calendars/a/holidays/2026-12-24', kind: 'added', after: '2026-12-24' }],
    ],
    [
      'working hours, which have no ids',
      { calendars: [{ calendarId: 'a', workingHours: { '1': [{ from: '09:00', to: '17:00' }] } }] },
      { calendars: [{ calendarId: 'a', workingHours: { '1': [{ from: '10:00', to: '17:00' }] } }] },
      [
        {
          entry: '/calendars/a/workingHours/1',
          kind: 'changed',
          before: [{ from: '09:00', to: '17:00' }],
          after: [{ from: '10:00', to: '17:00' }],
        },
      ],
    ],
    [
      'a reason whose text has a slash',
      { lists: [{ list: 'refund', reasons: [] }] },
      { lists: [{ list: 'refund', reasons: [{ reason: 'late/lost' }] }] },
      [{ entry: '/lists/refund/reasons/late~1lost', kind: 'added', after: { reason: 'late/lost' } }],
    ],
  ])('name %s', (_what, before, after, expected) => {
    expect(changesBetween(before, after)).toEqual(expected);
  });

  test.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])('name the member %s', (member) => {
    const added: unknown = JSON.parse(`{ "${member}": 1 }`);
    expect(changesBetween({}, added)).toEqual([{ entry: `/${member}`, kind: 'added', after: 1 }]);
  });
});

const document = fc.record({
  zones: fc.uniqueArray(
    fc.record({
      zoneId: fc.constantFrom('a', 'b', 'c', 'd'),
      rates: fc.uniqueArray(fc.record({ rateId: fc.constantFrom('x', 'y', 'z'), percentage: fc.nat(2) }), {
        selector: ({ rateId }) => rateId,
      }),
    }),
    { selector: ({ zoneId }) => zoneId },
  ),
});

test('two documents differ exactly if they have differences', () => {
  fc.assert(
    fc.property(document, document, (a, b) => {
      expect(changesBetween(a, a)).toEqual([]);
      expect(changesBetween(a, b).length === 0).toBe(JSON.stringify(a) === JSON.stringify(b));
    }),
  );
});

test('the difference back has the same entries', () => {
  fc.assert(
    fc.property(document, document, (a, b) => {
      const entries = (changes: { entry: string }[]) => changes.map(({ entry }) => entry).toSorted();
      expect(entries(changesBetween(b, a))).toEqual(entries(changesBetween(a, b)));
    }),
  );
});
