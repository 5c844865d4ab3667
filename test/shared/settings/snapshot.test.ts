import * as z from 'zod';
import { describe, expect, test } from 'vitest';
import { decodeSnapshot, encodeSnapshot, snapshotReader } from '../../../shared/settings/snapshot.ts';
import { sellingSettingsReader } from '../../../shared/settings/selling-settings.ts';

const anItem = (version: number, value: object) => ({
  pk: 'SNAPSHOT#SELLING',
  sk: 'SNAPSHOT',
  version,
  data: encodeSnapshot(value),
});

describe('a snapshot', () => {
  test('has its value after encoding', () => {
    const value = { zones: [{ zoneId: 'gb', name: 'Großbritannien 🇬🇧' }] };
    expect(decodeSnapshot(encodeSnapshot(value))).toEqual(value);
  });

  test('of all zones of the world needs about one read unit', () => {
    const zones = Array.from({ length: 250 }, (_, index) => ({
      zoneId: `zone-${index}`,
      country: 'GB',
      rates: [{ rateId: 'standard', name: 'VAT', percentage: String(index % 25), validFrom: '2011-01-04T00:00:00Z' }],
    }));
    expect(encodeSnapshot({ zones }).byteLength).toBeLessThan(4096);
  });

  test.each([
    ['no DEFLATE data', Buffer.from('text'), 'unexpected end of file'],
    ['no JSON', Buffer.from([3, 0]), 'JSON'],
  ])('is refused if its data is %s', (_, data, message) => {
    expect(() => snapshotReader(z.unknown())({ version: 1, data })).toThrow(message);
  });
});

describe('the reader of a snapshot', () => {
  const read = () => snapshotReader(z.object({ rate: z.string() }));

  test('returns the same value for the same data, and another one for a new version', () => {
    const reader = read();
    const first = reader(anItem(1, { rate: '20' }));
    expect(first).toEqual({ version: 1, value: { rate: '20' } });
    expect(reader(anItem(1, { rate: '20' }))?.value).toBe(first?.value);
    expect(reader(anItem(2, { rate: '17.5' }))).toEqual({ version: 2, value: { rate: '17.5' } });
  });

  test('reads other data of the same version, as after the restore of a table', () => {
    const reader = read();
    reader(anItem(1, { rate: '20' }));
    expect(reader(anItem(1, { rate: '5' }))?.value).toEqual({ rate: '5' });
  });

  test('returns nothing for no item, whatever it read before', () => {
    const reader = read();
    reader(anItem(1, { rate: '20' }));
    expect(reader(undefined)).toBeUndefined();
  });
});

test('selling settings with fields of a later deployment are read without them', () => {
  const rate = {
    rateId: 'vat',
    name: 'VAT',
    jurisdiction: 'GB',
    taxCategory: 'standard',
    percentage: '20',
    validFrom: '2011-01-04T00:00:00Z',
  };
  const zone = { zoneId: 'gb', name: 'UK', country: 'GB', rounding: 'line', rates: [rate] };
  const method = { method: 'express', name: 'Express', prices: { GBP: 495 } };
  const later = { later: true };
  const read = sellingSettingsReader()(
    anItem(1, {
      ...later,
      taxZones: { version: 1, zones: [{ ...zone, ...later, rates: [{ ...rate, ...later }] }] },
      shippingMethods: { version: 1, methods: [{ ...method, ...later }] },
    }),
  );
  expect(read).toEqual({
    taxZones: { version: 1, zones: [zone] },
    shippingMethods: { version: 1, methods: [method] },
  });
});

test('a store without settings documents has no selling settings', () => {
  expect(sellingSettingsReader()(undefined)).toEqual({});
});
