import { describe, expect, test } from 'vitest';
import { decide } from '../../../functions/catalog/price-lists/decide.ts';
import type { StoredPriceList } from '../../../shared/catalog/price-list-snapshot.ts';
import { PriceListContent } from '../../../shared/contracts/catalog/price-list-routes.ts';

const now = Date.UTC(2026, 10, 30);
const channels = ['storefront', 'marketplace'];
const stored = (given: Partial<StoredPriceList>): StoredPriceList => ({
  listId: 'other',
  name: 'Other',
  currency: 'EUR',
  priority: 10,
  version: 1,
  changedAt: '2026-11-01T00:00:00.000Z',
  ...given,
});
const put = (given: object, lists: StoredPriceList[] = [], listId = 'new') =>
  decide(listId, PriceListContent.parse({ name: 'New', currency: 'EUR', priority: 10, ...given }), undefined, {
    lists,
    channels,
    now,
  });
const [december, january] = ['2026-12-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z'];

describe('a price list', () => {
  test.each<[string, object, Partial<StoredPriceList>]>([
    ['all customers at all times', {}, {}],
    ['a channel of all channels', { channels: ['storefront'] }, {}],
    ['a group of all customers', {}, { customerGroups: ['wholesale'] }],
    [
      'one common channel and one common group',
      { channels: ['storefront', 'marketplace'], customerGroups: ['a', 'b'] },
      { channels: ['storefront'], customerGroups: ['b'] },
    ],
    [
      'a month of a list without end',
      { validFrom: december, validTo: january },
      { validFrom: '2026-01-01T00:00:00.000Z' },
    ],
    ['the last millisecond', { validFrom: '2026-12-31T23:59:59.999Z' }, { validTo: january }],
  ])('is refused if another one of its priority applies to %s', (_name, given, other) => {
    expect(put(given, [stored(other)])).toMatchObject({
      kind: 'invalid',
      errors: [{ pointer: '/priority', detail: expect.stringContaining('The list other has priority 10') as unknown }],
    });
  });

  test.each<[string, object, Partial<StoredPriceList>]>([
    ['another priority', {}, { priority: 11 }],
    ['another currency', {}, { currency: 'JPY' }],
    ['other channels', { channels: ['storefront'] }, { channels: ['marketplace'] }],
    ['other groups', { customerGroups: ['a'] }, { customerGroups: ['b'] }],
    ['a time right after it', { validFrom: january }, { validTo: january }],
    ['a time right before it', { validTo: december }, { validFrom: december }],
  ])('is created beside one of %s', (_name, given, other) => {
    expect(put(given, [stored(other)])).toMatchObject({ kind: 'create', next: { version: 1 } });
  });

  test.each<[object, string, string]>([
    [{ channels: ['storefrnt'] }, '/channels/0', 'did you mean storefront'],
    [{ channels: ['storefront', 'shop'] }, '/channels/1', 'The channels are storefront, marketplace'],
    [{ channels: ['__proto__'] }, '/channels/0', 'no channel'],
    [{ validFrom: january, validTo: december }, '/validTo', 'later end'],
    [{ validFrom: january, validTo: january }, '/validTo', 'later end'],
  ])('is refused with %j', (given, pointer, detail) => {
    expect(put(given)).toEqual({
      kind: 'invalid',
      errors: [{ pointer, detail: expect.stringContaining(detail) as unknown }],
    });
  });

  test('keeps its currency, and its id is not that of the SKUs’ own prices', () => {
    expect(put({ currency: 'JPY' }, [stored({})], 'other')).toMatchObject({ errors: [{ pointer: '/currency' }] });
    expect(put({}, [], 'base')).toMatchObject({ kind: 'invalid' });
  });

  test('does not change by another order of channels or another spelling of a time', () => {
    const first = put({ channels: ['storefront', 'marketplace'], validFrom: december });
    expect(first.kind).toBe('create');
    if (first.kind !== 'create') return;
    const again = { channels: ['marketplace', 'storefront'], validFrom: '2026-12-01T01:00:00+01:00' };
    expect(put(again, [first.next])).toMatchObject({ kind: 'unchanged' });
    expect(put({ ...again, name: 'Newer' }, [first.next])).toMatchObject({ kind: 'replace', next: { version: 2 } });
  });

  test.each(['XAU', 'XTS', 'GPB', 'gbp', ''])(
    'has no prices in %s, a currency without minor units or an unknown one',
    (currency) => {
      const parsed = PriceListContent.safeParse({ name: 'Gold', currency, priority: 1 });
      expect(parsed.error?.issues[0]?.path).toEqual(['currency']);
    },
  );
});
