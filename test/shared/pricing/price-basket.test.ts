import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Basket, priceBasket } from '../../../shared/pricing/price-basket.ts';
import type { PriceList } from '../../../shared/pricing/price-lists.ts';
import { rulesOf } from '../../../shared/pricing/pricing-rules.ts';
import { seedTaxZones } from '../../../shared/tax/seed/tax-zones.ts';
import type { TaxZone } from '../../../shared/tax/tax-zones.ts';
import { aPolicy, aSku, noon } from '../../support/builders.ts';

const { zones } = seedTaxZones();
const methods = [
  { method: 'standard', name: 'Standard', prices: { GBP: 0, EUR: 0, USD: 0, JPY: 0 } },
  { method: 'express', name: 'Express', prices: { GBP: 495, EUR: 595, JPY: 900 }, countries: ['GB', 'DE', 'JP'] },
  { method: 'parcel', name: 'Parcel', prices: { GBP: 600, EUR: 700 }, taxed: 'proportional' as const },
];
const aList = (given: Partial<PriceList> = {}): PriceList => ({
  listId: 'eur',
  name: 'Euros',
  currency: 'EUR',
  priority: 10,
  version: 3,
  ...given,
});
const rules = (priceLists: PriceList[] = [], given: TaxZone[] = zones) =>
  rulesOf(aPolicy(), { taxZones: { version: 4, zones: given }, shippingMethods: { version: 2, methods } }, priceLists);

const price = (minQuantity: number, unitPriceMinor: number) => ({ minQuantity, unitPriceMinor });
const from = '2026-01-01T00:00:00Z';
const mug = aSku({
  prices: [
    { listId: 'eur', from, breaks: [price(1, 1499), price(10, 1299)] },
    { listId: 'sale', from, until: '2026-03-05T13:00:00Z', breaks: [price(1, 999)] },
    { listId: 'wholesale', from, breaks: [price(100, 700)] },
    { listId: 'usd', from, breaks: [price(1, 1600)] },
    { listId: 'gross', from, breaks: [price(1, 1785)] },
  ],
});
const book = aSku({ sku: 'BOOK', priceMinor: 999, taxCategory: 'zero' });
const skus = new Map([mug, book].map((sku) => [sku.sku, sku]));

type Given = Partial<Omit<Basket, 'lines'>> & { lines?: Partial<Basket['lines'][number]>[]; country?: string };
const aBasket = ({ lines = [{}], country = 'GB', ...given }: Given = {}): Basket => ({
  currency: 'GBP',
  channel: { channel: 'storefront', pricesItself: false },
  destination: { country },
  at: noon,
  now: noon,
  lines: lines.map((line, index) => ({ sku: 'MUG', quantity: 1, pointer: `/lines/${index}`, ...line })),
  ...given,
});
const priced = (given: Given, lists: PriceList[] = [], some?: TaxZone[]) => {
  const result = priceBasket(aBasket(given), skus, rules(lists, some));
  if ('refusal' in result) throw new Error(result.refusal.detail);
  return result;
};
const refusal = (given: Given, lists: PriceList[] = [], some?: TaxZone[]) => {
  const result = priceBasket(aBasket(given), skus, rules(lists, some));
  return 'refusal' in result ? result.refusal : undefined;
};

describe('a channel that prices itself', () => {
  const channel = { channel: 'marketplace', pricesItself: true };
  const lines = [
    { unitPriceMinor: 1190, quantity: 2 },
    { unitPriceMinor: 1070, sku: 'BOOK' },
  ];
  test.each<[string, Given, object[]]>([
    ['that states no tax has it by rate', { country: 'DE', lines }, [{ taxableMinor: 2899, taxMinor: 551 }]],
    [
      'has it with that of shipping',
      { country: 'DE', lines: [{ unitPriceMinor: 1190 }], shippingMethod: 'parcel', sent: { shippingMinor: 119 } },
      [{ percentage: '19', taxableMinor: 1100, taxMinor: 209 }],
    ],
    [
      'has it on the discounted amount',
      { country: 'DE', lines: [{ unitPriceMinor: 1290, discountMinor: 100 }] },
      [{ percentage: '19', taxableMinor: 1000, taxMinor: 190 }],
    ],
    [
      'has it on top of prices without tax',
      { country: 'DE', lines: [{ unitPriceMinor: 1000 }], sent: { taxIncluded: false } },
      [{ percentage: '19', taxableMinor: 1000, taxMinor: 190 }],
    ],
    ['exports without tax', { country: 'AU', lines }, [{ rateId: 'export', taxableMinor: 3450, taxMinor: 0 }]],
    [
      'has the rate of the day',
      { lines: [{ unitPriceMinor: 1175 }], at: Date.parse('2011-01-03T23:59:59Z') },
      [{ percentage: '17.5', taxableMinor: 1000, taxMinor: 175 }],
    ],
    [
      'has the rate of the next day',
      { lines: [{ unitPriceMinor: 1200 }], at: Date.parse('2011-01-04T00:00:00Z') },
      [{ percentage: '20', taxableMinor: 1000, taxMinor: 200 }],
    ],
  ])('%s', (_name, given, taxes) => {
    const { terms, totals } = priced({ ...given, channel });
    expect(terms).toMatchObject({ taxes, pricing: { pricedBy: 'channel', settingsVersions: { taxZones: 4 } } });
    expect(terms.taxes?.reduce((sum, { taxMinor }) => sum + taxMinor, 0)).toBe(totals.taxMinor);
  });

  test.each<[string, Given]>([
    ['of the order', { lines, sent: { taxMinor: 300 } }],
    ['of the order as 0', { lines, sent: { taxMinor: 0 } }],
    ['of one line', { lines: [{ taxMinor: 10 }, { sku: 'BOOK' }] }],
    ['of one line as 0', { lines: [{ taxMinor: 0 }, { sku: 'BOOK' }] }],
    ['of lines and order', { lines: [{ taxMinor: 10 }], sent: { taxMinor: 10 } }],
  ])('that states the tax %s has none by rate', (_name, given) => {
    expect(priced({ ...given, channel }).terms).toEqual({});
  });

  test('keeps nothing by the settings of the deployment', () => {
    const result = priceBasket(aBasket({ channel, lines }), skus, rulesOf(aPolicy()));
    expect(result).toMatchObject({ terms: {} });
  });
});

describe('the price of a line', () => {
  const eur = { currency: 'EUR', country: 'DE' };
  const sale = aList({ listId: 'sale', priority: 20 });
  const wholesale = aList({ listId: 'wholesale', priority: 30, customerGroups: ['wholesale'] });
  test.each<[string, Given, PriceList[], number, string | undefined]>([
    ['is that of the SKU without a list', {}, [], 1200, undefined],
    ['is that of the list of the currency', eur, [aList()], 1499, 'eur'],
    ['is lower from a quantity on', { ...eur, lines: [{ quantity: 10 }] }, [aList()], 1299, 'eur'],
    [
      'counts the quantity of all lines of the SKU',
      { ...eur, lines: [{ quantity: 4 }, { quantity: 6 }] },
      [aList()],
      1299,
      'eur',
    ],
    ['is that of the highest priority', eur, [aList(), sale], 999, 'sale'],
    ['is that of the highest priority, in any order of lists', eur, [sale, aList()], 999, 'sale'],
    ['is the next one when the price has ended', { ...eur, now: noon + 3_600_000 }, [aList(), sale], 1499, 'eur'],
    [
      'is not one that has ended, although the order names a time before its end',
      { ...eur, at: noon, now: noon + 3_600_000 },
      [aList(), sale],
      1499,
      'eur',
    ],
    [
      'is not that of a list that starts later',
      eur,
      [aList(), { ...sale, validFrom: '2026-03-05T12:00:02Z' }],
      1499,
      'eur',
    ],
    ['is that of a list that starts now', eur, [aList(), { ...sale, validFrom: '2026-03-05T12:00:01Z' }], 999, 'sale'],
    ['is not that of a list that ends now', eur, [aList(), { ...sale, validTo: '2026-03-05T12:00:01Z' }], 1499, 'eur'],
    ['is not that of a list of another channel', eur, [aList(), { ...sale, channels: ['marketplace'] }], 1499, 'eur'],
    ['is not that of a list of a group', { ...eur, lines: [{ quantity: 100 }] }, [aList(), wholesale], 1299, 'eur'],
    [
      'is that of the list of the group',
      { ...eur, customer: { group: 'wholesale' }, lines: [{ quantity: 100 }] },
      [aList(), wholesale],
      700,
      'wholesale',
    ],
    [
      'is that of the next list below the quantity of a list',
      { ...eur, customer: { group: 'wholesale' } },
      [aList(), wholesale],
      1499,
      'eur',
    ],
    [
      'has its tax removed where prices have none',
      { currency: 'EUR', country: 'US', destination: { country: 'US', state: 'OR' } },
      [aList({ listId: 'gross', taxIncluded: true })],
      1785,
      'gross',
    ],
    ['has its tax added where prices contain it', eur, [aList({ taxIncluded: false })], 1784, 'eur'],
  ])('%s', (_what, basket, lists, unitPriceMinor, listId) => {
    const [line] = priced(basket, lists).lines;
    expect(line?.unitPriceMinor).toBe(unitPriceMinor);
    expect(line?.priceList).toEqual(listId === undefined ? undefined : { listId, version: 3 });
  });
});

describe('a basket', () => {
  test.each<[string, Given, [string, number, number][], number]>([
    ['to London in pounds', {}, [['standard-2011-01-04', 1000, 200]], 1200],
    ['to Berlin in euros', { currency: 'EUR', country: 'DE' }, [['standard-2021-01-01', 1260, 239]], 1499],
    [
      'to Portland, Oregon, in dollars',
      { currency: 'USD', destination: { country: 'US', state: 'OR' } },
      [['state', 1600, 0]],
      1600,
    ],
    [
      'to New York in dollars, with tax on top',
      { currency: 'USD', destination: { country: 'US', state: 'NY', postalCode: '10001' } },
      [
        ['city', 1600, 72],
        ['mctd', 1600, 6],
        ['state', 1600, 64],
      ],
      1742,
    ],
    ['to Taipei in pounds', { country: 'TW' }, [['standard-2008-01-01', 1143, 57]], 1200],
    ['to Tokyo as an export', { country: 'JP' }, [['export', 1200, 0]], 1200],
    [
      'without an address, to the zone of the store',
      { destination: undefined },
      [['standard-2011-01-04', 1000, 200]],
      1200,
    ],
    [
      'in a channel of prices without tax',
      { channel: { channel: 'b2b', pricesItself: false, taxIncluded: false } },
      [['standard-2011-01-04', 1200, 240]],
      1440,
    ],
    [
      'with express shipping of its currency',
      { currency: 'EUR', country: 'DE', shippingMethod: 'express' },
      [['standard-2021-01-01', 1760, 334]],
      2094,
    ],
    [
      'with shipping taxed as the goods',
      { lines: [{}, { sku: 'BOOK' }], shippingMethod: 'parcel' },
      [
        ['standard-2011-01-04', 1272, 255],
        ['zero-2008-01-01', 1272, 0],
      ],
      2799,
    ],
    [
      'with a reverse charge',
      { currency: 'EUR', country: 'DE', customer: { vatNumber: 'FR12123456789' } },
      [['reverse-charge', 1260, 0]],
      1260,
    ],
    [
      'with a reverse charge, also of shipping',
      { currency: 'EUR', country: 'DE', customer: { vatNumber: 'FR12123456789' }, shippingMethod: 'express' },
      [['reverse-charge', 1760, 0]],
      1760,
    ],
    ...(['GB999999973', 'TW12345678', 'CHE123456789'] as const).map(
      (vatNumber): [string, Given, [string, number, number][], number] => [
        `without a reverse charge for ${vatNumber}, of the own country or from outside the union`,
        { currency: 'EUR', country: 'DE', customer: { vatNumber } },
        [['standard-2021-01-01', 1260, 239]],
        1499,
      ],
    ),
    ['of an exempt customer', { customer: { taxExemption: { reason: 'Diplomat' } } }, [['exemption', 1000, 0]], 1000],
  ])('%s has its tax by rate', (_what, given, taxes, totalMinor) => {
    const basket = priced(given, [aList(), aList({ listId: 'usd', currency: 'USD' })]);
    expect(basket.terms.taxes?.map(({ rateId, taxableMinor, taxMinor }) => [rateId, taxableMinor, taxMinor])).toEqual(
      taxes,
    );
    expect(basket.totals.totalMinor).toBe(totalMinor);
  });

  test.each<[string, Given, string, string]>([
    [
      'with a method without a price in its currency',
      { currency: 'USD', country: 'GB', shippingMethod: 'express' },
      'shipping-price-missing',
      '/shippingMethod',
    ],
    [
      'with a method that does not deliver there',
      { country: 'FR', shippingMethod: 'express' },
      'shipping-not-available',
      '/shippingMethod',
    ],
    ['with an unknown method', { shippingMethod: 'pigeon' }, 'unknown-shipping-method', '/shippingMethod'],
    ['in a currency without a price', { currency: 'JPY' }, 'wrong-currency', '/lines/0/sku'],
    [
      'in a currency that only other lists have',
      { currency: 'EUR', channel: { channel: 'other', pricesItself: false } },
      'wrong-currency',
      '/lines/0/sku',
    ],
    ['at a time before all rates', { at: Date.UTC(2000, 1, 1) }, 'no-tax-rate', '/lines/0/sku'],
    ['with the price of before', { lines: [{ unitPriceMinor: 1100 }] }, 'price-changed', '/lines/0/unitPriceMinor'],
  ])('%s is refused', (_what, given, type, pointer) => {
    expect(refusal(given, [aList({ channels: ['storefront'] })])).toMatchObject({ type, errors: [{ pointer }] });
  });

  test('to a country without a zone is refused', () => {
    const some = zones.filter(({ country }) => country === 'GB');
    expect(refusal({ country: 'FR' }, [], some)).toMatchObject({ type: 'no-tax-zone' });
  });

  test('whose price changed names both prices and the list', () => {
    const basket = { currency: 'EUR', country: 'DE', lines: [{ unitPriceMinor: 1399 }] };
    expect(refusal(basket, [aList()])?.lines).toEqual([
      { sku: 'MUG', unitPriceMinor: 1499, currency: 'EUR', sentUnitPriceMinor: 1399, priceList: 'eur' },
    ]);
  });

  test('keeps its zone and the versions of its rules', () => {
    expect(priced({ country: 'DE' }).terms).toMatchObject({
      taxZone: { zoneId: 'de', name: 'Germany', treatment: 'union' },
      pricing: { engine: 1, settingsVersions: { taxZones: 4, shippingMethods: 2 } },
    });
  });
});

const category = fc.constantFrom('standard', 'reduced', 'zero', 'other');
const wantedLines = fc.array(
  fc.record({ sku: fc.constantFrom('A', 'B', 'C', 'D', 'E'), quantity: fc.integer({ min: 1, max: 50 }) }),
  { minLength: 1, maxLength: 8 },
);
const catalogue = fc.array(fc.record({ priceMinor: fc.integer({ min: 0, max: 99_999 }), taxCategory: category }), {
  minLength: 5,
  maxLength: 5,
});
const equalLines = fc.array(
  fc.record({ sku: fc.constantFrom('A', 'B', 'C', 'D', 'E'), quantity: fc.integer({ min: 1, max: 2 }) }),
  { minLength: 2, maxLength: 8 },
);
/** SKUs of equal prices and categories: shares of a tax often have equal remainders. */
const equalPrices = fc
  .record({ priceMinor: fc.constantFrom(33, 50), taxCategory: fc.constantFrom('standard', 'reduced') })
  .map((given) => Array.from('ABCDE', () => given));
const places = fc.constantFrom<Given>(
  {},
  { country: 'DE' },
  { destination: { country: 'US', state: 'NY', postalCode: '10001' } },
  { country: 'TW' },
  { country: 'JP' },
  { country: 'DE', customer: { vatNumber: 'FR12123456789' } },
  { customer: { taxExemption: { reason: 'Diplomat' } } },
);
const shippingMethod = fc.constantFrom('standard', 'parcel');
const rounding = fc.constantFrom('line' as const, 'order' as const);
const basketOf = (
  lines: { sku: string; quantity: number }[],
  place: Given,
  method: string,
  prices: { priceMinor: number; taxCategory: string }[],
  round: TaxZone['rounding'],
) => {
  const stocked = new Map(
    prices.map((given, index) => ['ABCDE'[index] ?? '', aSku({ sku: 'ABCDE'[index] ?? '', ...given })]),
  );
  const rounded = rules(
    [],
    zones.map((zone) => Object.assign({}, zone, { rounding: round })),
  );
  const result = priceBasket(aBasket({ ...place, lines, shippingMethod: method }), stocked, rounded);
  if ('refusal' in result) throw new Error(result.refusal.detail);
  return result;
};

describe('for every basket', () => {
  test('taxes by rate sum to the tax, and the amounts to the total', () => {
    fc.assert(
      fc.property(wantedLines, places, shippingMethod, catalogue, rounding, (lines, place, method, prices, round) => {
        const { totals, terms } = basketOf(lines, place, method, prices, round);
        const sum = (name: 'taxMinor' | 'taxableMinor') =>
          (terms.taxes ?? []).reduce((total, tax) => total + tax[name], 0);
        const { subtotalMinor, shippingMinor, taxMinor, taxIncluded, totalMinor } = totals;
        expect(sum('taxMinor')).toBe(taxMinor);
        expect(totalMinor).toBe(subtotalMinor + shippingMinor + (taxIncluded ? 0 : taxMinor));
        for (const amount of Object.values(totals)) expect(Number(amount) % 1).toBe(0);
        // In New York three rates apply to each amount.
        const rateCount = terms.taxZone?.zoneId === 'us-ny-new-york-city' ? 3 : 1;
        expect(sum('taxableMinor')).toBe(rateCount * (subtotalMinor + shippingMinor - (taxIncluded ? taxMinor : 0)));
      }),
    );
  });

  test('the order of lines changes no amount', () => {
    fc.assert(
      fc.property(
        equalLines.chain((lines) =>
          fc.tuple(fc.constant(lines), fc.shuffledSubarray(lines, { minLength: lines.length })),
        ),
        places,
        shippingMethod,
        equalPrices,
        rounding,
        ([lines, shuffled], place, method, prices, round) => {
          const contents = (given: typeof lines) => {
            const { lines: own, totals, terms } = basketOf(given, place, method, prices, round);
            return { totals, terms, lines: own.map((line) => JSON.stringify(line)).toSorted() };
          };
          expect(contents(shuffled)).toEqual(contents(lines));
        },
      ),
    );
  });

  test('a tax added to a net amount is the tax within the gross amount, within the rounding of a minor unit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000_000_000 }), places, category, (minor, place, taxCategory) => {
        const of = (priceMinor: number, taxIncluded: boolean) => {
          const sold = new Map([['A', aSku({ sku: 'A', priceMinor, taxCategory })]]);
          const channel = { channel: 'any', pricesItself: false, taxIncluded };
          const result = priceBasket(aBasket({ ...place, channel, lines: [{ sku: 'A' }] }), sold, rules());
          if ('refusal' in result) throw new Error(result.refusal.detail);
          return result.totals;
        };
        if (place.customer) return;
        const net = of(minor, false);
        const gross = of(net.totalMinor, true);
        expect(gross.totalMinor).toBe(net.totalMinor);
        expect(Math.abs(gross.taxMinor - net.taxMinor)).toBeLessThanOrEqual(1);
      }),
    );
  });

  test('amounts are exact where binary fractions are not', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000_000_000 }), (minor) => {
        const sold = new Map([['A', aSku({ sku: 'A', priceMinor: minor })]]);
        const basket = aBasket({ country: 'HU', lines: [{ sku: 'A' }] });
        const result = priceBasket(basket, sold, rules());
        // Half up of minor × 27 / 127.
        const expected = (BigInt(minor) * 54n + 127n) / 254n;
        expect('totals' in result && BigInt(result.totals.taxMinor)).toBe(expected);
      }),
    );
  });
});
