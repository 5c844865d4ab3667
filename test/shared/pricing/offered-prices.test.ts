import { describe, expect, test } from 'vitest';
import {
  checkReduction,
  lowestBefore,
  type OfferedPrice,
  offeredPrices,
  reductionsIn,
} from '../../../shared/pricing/offered-prices.ts';
import type { PriceEntry, PriceList } from '../../../shared/pricing/price-lists.ts';

const day = 86_400_000;
const start = Date.UTC(2026, 9, 1);
const on = (days: number) => start + days * day;
const iso = (at: number) => new Date(at).toISOString();
const context = { currency: 'GBP', channel: 'storefront' };

const sku = (priceMinor: number, prices: PriceEntry[] = []) => ({ priceMinor, currency: 'GBP', prices });
const list = (listId: string, more: Partial<PriceList> = {}): PriceList => ({
  listId,
  name: listId,
  currency: 'GBP',
  priority: 10,
  version: 1,
  ...more,
});
const entry = (listId: string, from: number, until: number | undefined, unitPriceMinor: number): PriceEntry => ({
  listId,
  from: iso(from),
  ...(until !== undefined && { until: iso(until) }),
  breaks: [{ minQuantity: 1, unitPriceMinor }],
});
const short = (offers: readonly OfferedPrice[]) =>
  offers.map(({ from, until, unitPriceMinor, listId }) => [
    (from - start) / day,
    (until - start) / day,
    unitPriceMinor,
    listId,
  ]);

describe('prices that everybody was offered', () => {
  test.each<[string, Parameters<typeof offeredPrices>[0], unknown[]]>([
    [
      'changes of the SKU’s own price',
      {
        skus: [
          { from: on(-50), value: sku(2000) },
          { from: on(10), value: sku(1500) },
        ],
        lists: [],
      },
      [
        [0, 10, 2000, 'base'],
        [10, 60, 1500, 'base'],
      ],
    ],
    [
      'a change to the same price is no change',
      {
        skus: [
          { from: on(-50), value: sku(2000) },
          { from: on(10), value: sku(2000) },
        ],
        lists: [],
      },
      [[0, 60, 2000, 'base']],
    ],
    [
      'a SKU that did not exist yet has no price',
      {
        skus: [
          { from: on(-50), value: undefined },
          { from: on(20), value: sku(1500) },
        ],
        lists: [],
      },
      [[20, 60, 1500, 'base']],
    ],
    [
      'a period of a list, within the times of the list',
      {
        skus: [{ from: on(-50), value: sku(2000, [entry('sale', on(5), on(40), 1200)]) }],
        lists: [{ from: on(-50), value: [list('sale', { validTo: iso(on(30)) })] }],
      },
      [
        [0, 5, 2000, 'base'],
        [5, 30, 1200, 'sale'],
        [30, 60, 2000, 'base'],
      ],
    ],
    [
      'lists of customer groups, other channels and other currencies are not public here',
      {
        skus: [
          {
            from: on(-50),
            value: sku(
              2000,
              ['members', 'market', 'euro'].map((id) => entry(id, on(-50), undefined, 900)),
            ),
          },
        ],
        lists: [
          {
            from: on(-50),
            value: [
              list('members', { customerGroups: ['members'] }),
              list('market', { channels: ['marketplace'] }),
              list('euro', { currency: 'EUR' }),
            ],
          },
        ],
      },
      [[0, 60, 2000, 'base']],
    ],
    [
      'a list that was created later, and changed',
      {
        skus: [{ from: on(-50), value: sku(2000, [entry('sale', on(-50), undefined, 1200)]) }],
        lists: [
          { from: on(12), value: [list('sale')] },
          { from: on(20), value: [list('sale', { channels: ['marketplace'] })] },
        ],
      },
      [
        [0, 12, 2000, 'base'],
        [12, 20, 1200, 'sale'],
        [20, 60, 2000, 'base'],
      ],
    ],
    [
      'times off sale',
      {
        skus: [{ from: on(-50), value: sku(2000) }],
        lists: [],
        isOnSale: (at) => at >= on(7) && at < on(50),
        saleChangesAt: [on(7), on(50)],
      },
      [[7, 50, 2000, 'base']],
    ],
    [
      'a promotion for everybody',
      {
        skus: [{ from: on(-50), value: sku(2000) }],
        lists: [],
        promotions: {
          changesAt: [on(10), on(12)],
          discountAt: (at, price) =>
            at >= on(10) && at < on(12)
              ? { discountMinor: price / 4, promotionIds: ['sale'] }
              : { discountMinor: 0, promotionIds: [] },
        },
      },
      [
        [0, 10, 2000, 'base'],
        [10, 12, 1500, 'base'],
        [12, 60, 2000, 'base'],
      ],
    ],
  ])('%s', (_name, timelines, expected) => {
    expect(short(offeredPrices(timelines, context, { from: on(0), until: on(60) }))).toEqual(expected);
  });
});

const offer = (from: number, until: number, unitPriceMinor: number): OfferedPrice => ({
  from: on(from),
  until: on(until),
  unitPriceMinor,
  listPriceMinor: unitPriceMinor,
  listId: 'base',
  promotionIds: [],
});

describe('the lowest price of the 30 days before', () => {
  const history = [offer(0, 10, 1500), offer(10, 35, 2000), offer(35, 50, 1800), offer(50, 60, 1700)];
  test.each([
    ['a price that ended within the 30 days', 39, 1500],
    ['a price that ended 30 days before to the instant does not count', 40, 1800],
    ['the price from that instant on does not count', 50, 1800],
    ['a price in force during all of them', 34, 1500],
    ['of the very start there is none', 0, undefined],
    ['long after the last offer there is none', 95, undefined],
  ])('%s', (_name, at, expected) => {
    expect(lowestBefore(history, on(at))?.unitPriceMinor).toBe(expected);
  });

  test('each reduction has its prior price, and an increase has none', () => {
    const reductions = reductionsIn([...history, offer(60, 70, 2500), offer(75, 80, 100)]);
    expect(reductions.map(({ offer: { from }, prior }) => [(from - start) / day, prior.unitPriceMinor])).toEqual([
      [35, 1500],
      [50, 1800],
    ]);
  });
});

describe('an announced reduction', () => {
  const history = [offer(0, 20, 1500), offer(20, 40, 2000)];
  test.each([
    ['the price was raised before: −25 % of 20.00 is what it cost before', 40, 1500, 2500, 'no-reduction', 0],
    ['it is dearer than before', 40, 1600, 2000, 'no-reduction', -666],
    ['it is smaller than announced', 40, 1350, 2500, 'smaller-reduction', 1000],
    ['it is as announced', 40, 1125, 2500, undefined, undefined],
    ['the raise is older than 30 days', 50, 1500, 2500, undefined, undefined],
    ['no price was offered before', 0, 1500, 2500, undefined, undefined],
  ])('%s', (_name, at, unitPriceMinor, announcedBasisPoints, code, basisPoints) => {
    const warning = checkReduction(history, { at: on(at), unitPriceMinor, announcedBasisPoints });
    expect(warning?.code).toBe(code);
    expect(warning?.reductionBasisPoints).toBe(basisPoints);
  });

  test('a discount that is rounded down by less than a minor unit is as announced', () => {
    const rounded = { at: on(30), unitPriceMinor: 751, announcedBasisPoints: 2500 };
    expect(checkReduction([offer(0, 30, 1001)], rounded)).toBeUndefined();
  });
});
