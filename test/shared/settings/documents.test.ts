import { describe, expect, test } from 'vitest';
import { documents, type SettingName } from '../../../shared/contracts/settings/documents.ts';
import { fieldErrors, inputs } from '../../../shared/contracts/problem.ts';

const express = { method: 'express', name: 'Express', prices: { GBP: 495 } };
const main = { warehouse: 'main', name: 'London', address: { city: 'London', postalCode: 'E16 1AG', country: 'GB' } };
const days = { '1': [{ from: '09:00', to: '17:30' }] };
const office = { calendarId: 'refund-decisions', timeZone: 'Europe/London', workingHours: days, holidays: [] };
const refund = { list: 'refund', reasons: [{ reason: 'damaged' }] };

const errorsOf = (name: SettingName, document: object) => {
  const parsed = documents[name].safeParse(document, inputs);
  return parsed.success ? [] : fieldErrors(parsed.error);
};

test.each<[SettingName, object]>([
  [
    'shipping-methods',
    { methods: [express, { ...express, method: 'freight', countries: ['GB'], taxed: 'proportional' }] },
  ],
  ['warehouses', { preference: ['main'], warehouses: [main, { warehouse: 'north', name: 'Leeds' }] }],
  [
    'warehouses',
    { warehouses: [{ ...main, returnAddress: { ...main.address, name: 'Returns', line1: '1 Dock Road' } }] },
  ],
  ['calendars', { calendars: [office, { ...office, calendarId: 'picking', timeZone: 'Asia/Kolkata' }] }],
  ['reasons', { lists: [] }],
  ['promotions', {}],
  ['promotions', { resolution: 'best-deal', maxOrderDiscountBasisPoints: 7000, approvalAboveMinor: { GBP: 100_000 } }],
  [
    'reasons',
    { lists: [refund, { list: 'movement', reasons: [{ reason: 'count', active: false }, { reason: 'lost' }] }] },
  ],
])('accepts %s such as %j', (name, document) => {
  expect(errorsOf(name, document)).toEqual([]);
});

describe('refuses, and says what to change:', () => {
  test.each<[SettingName, object, string, string]>([
    ['shipping-methods', { methods: [] }, '/methods', 'Too small'],
    ['shipping-methods', { methods: [express, express] }, '/methods/1/method', 'Entry 1 has express already'],
    ['shipping-methods', { methods: [{ ...express, prices: {} }] }, '/methods/0/prices', 'Add a price'],
    [
      'shipping-methods',
      { methods: [{ ...express, prices: { GPB: 1 } }] },
      '/methods/0/prices/GPB',
      'did you mean GBP',
    ],
    ['tax-zones', { zones: [{ zoneId: 'uk', name: 'UK', country: 'UK', rates: [] }] }, '/zones/0/country', 'mean GB?'],
    ['shipping-methods', { methods: [{ ...express, prices: { XAU: 1 } }] }, '/methods/0/prices/XAU', 'no minor unit'],
    ['shipping-methods', { methods: [{ ...express, prices: { gbp: 1 } }] }, '/methods/0/prices/gbp', 'ISO 4217'],
    ['shipping-methods', { methods: [{ ...express, prices: { GBP: 4.95 } }] }, '/methods/0/prices/GBP', 'expected int'],
    ['shipping-methods', { methods: [{ ...express, prices: { GBP: -1 } }] }, '/methods/0/prices/GBP', 'Too small'],
    ['shipping-methods', { methods: [{ ...express, countries: ['UK'] }] }, '/methods/0/countries/0', 'did you mean GB'],
    [
      'shipping-methods',
      { methods: [{ ...express, countries: ['GB', 'GB'] }] },
      '/methods/0/countries/1',
      'GB already',
    ],
    [
      'shipping-methods',
      { methods: [{ ...express, taxed: 'proportional', taxCategory: 'shipping' }] },
      '/methods/0/taxCategory',
      'leave one out',
    ],
    ['shipping-methods', { methods: [{ ...express, priceMinor: 1 }] }, '/methods/0/priceMinor', 'Unknown field'],
    ['warehouses', { warehouses: [] }, '/warehouses', 'Too small'],
    ['warehouses', { warehouses: [main, main] }, '/warehouses/1/warehouse', 'main already'],
    ['warehouses', { preference: ['mian'], warehouses: [main] }, '/preference/0', 'Did you mean main?'],
    ['warehouses', { preference: ['main', 'main'], warehouses: [main] }, '/preference/1', 'main already'],
    [
      'warehouses',
      { warehouses: [{ ...main, address: { country: 'GB', postalCode: '1' } }] },
      '/warehouses/0/address/postalCode',
      'Not a postal code of GB',
    ],
    [
      'warehouses',
      { warehouses: [{ ...main, returnAddress: { country: 'GB' } }] },
      '/warehouses/0/returnAddress/name',
      'expected string',
    ],
    ['warehouses', { warehouses: [{ warehouse: 'a b', name: 'x' }] }, '/warehouses/0/warehouse', 'A warehouse has'],
    ['calendars', { calendars: [] }, '/calendars', 'Too small'],
    ['calendars', { calendars: [office, office] }, '/calendars/1/calendarId', 'already'],
    [
      'calendars',
      { calendars: [{ ...office, calendarId: 'picking' }] },
      '/calendars',
      'uses the calendar refund-decisions',
    ],
    [
      'calendars',
      { calendars: [{ ...office, calendarId: 'refund-decision' }] },
      '/calendars/0/calendarId',
      'did you mean it by refund-decision',
    ],
    [
      'calendars',
      { calendars: [{ ...office, timeZone: 'Europe/Londn' }] },
      '/calendars/0/timeZone',
      'did you mean Europe/London',
    ],
    ['calendars', { calendars: [{ ...office, timeZone: '+01:00' }] }, '/calendars/0/timeZone', 'Not an IANA time zone'],
    [
      'calendars',
      { calendars: [{ ...office, workingHours: {} }] },
      '/calendars/0/workingHours',
      'at least one weekday',
    ],
    ['calendars', { calendars: [{ ...office, workingHours: { '8': [] } }] }, '/calendars/0/workingHours/8', ''],
    [
      'calendars',
      { calendars: [{ ...office, workingHours: { '1': [{ from: '17:00', to: '09:00' }] } }] },
      '/calendars/0/workingHours/1/0',
      'end after they begin',
    ],
    [
      'calendars',
      {
        calendars: [
          {
            ...office,
            workingHours: {
              '1': [
                { from: '13:00', to: '17:00' },
                { from: '09:00', to: '14:00' },
              ],
            },
          },
        ],
      },
      '/calendars/0/workingHours/1',
      'do not overlap',
    ],
    [
      'calendars',
      { calendars: [{ ...office, holidays: ['2026-02-30'] }] },
      '/calendars/0/holidays/0',
      'Invalid ISO date',
    ],
    [
      'calendars',
      { calendars: [{ ...office, holidays: ['2026-12-25', '2026-12-25'] }] },
      '/calendars/0/holidays/1',
      'already',
    ],
    ['reasons', { lists: [{ ...refund, list: 'refunds' }] }, '/lists/0/list', 'Did you mean refund?'],
    ['promotions', { resolution: 'best' }, '/resolution', 'best-deal'],
    ['promotions', { maxOrderDiscountBasisPoints: 0 }, '/maxOrderDiscountBasisPoints', 'Too small'],
    ['promotions', { maxOrderDiscountBasisPoints: 10_001 }, '/maxOrderDiscountBasisPoints', 'Too big'],
    ['promotions', { approvalAboveMinor: {} }, '/approvalAboveMinor', 'at least one currency'],
    ['promotions', { approvalAboveMinor: { GPB: 1 } }, '/approvalAboveMinor', ''],
    ['promotions', { foldEmailTags: true }, '/foldEmailTags', ''],
    ['reasons', { lists: [refund, refund] }, '/lists/1/list', 'refund already'],
    ['reasons', { lists: [{ list: 'refund', reasons: [] }] }, '/lists/0/reasons', 'Too small'],
    [
      'reasons',
      { lists: [{ list: 'refund', reasons: [{ reason: 'late' }, { reason: 'Late' }] }] },
      '/lists/0/reasons/1/reason',
      'already',
    ],
    [
      'reasons',
      { lists: [{ list: 'refund', reasons: [{ reason: 'late', active: false }] }] },
      '/lists/0/reasons',
      'At least one',
    ],
    ['reasons', { lists: [{ list: 'refund', reasons: [{ reason: ' ' }] }] }, '/lists/0/reasons/0/reason', 'Too small'],
  ])('%s %j', (name, document, pointer, detail) => {
    expect(errorsOf(name, document)).toContainEqual({ pointer, detail: expect.stringContaining(detail) });
  });
});
