import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assignWarehouses, chooseWarehouses, demandOf } from '../../../shared/stock/allocation.ts';
import type { StockItem } from '../../../shared/stock/stock-item.ts';
import { aStock } from '../../support/builders.ts';

const stockOf = (...items: StockItem[]) => new Map(items.map((item) => [item.sku, item]));
const line = (sku: string, quantity: number) => ({ sku, quantity });

describe('the warehouses of an order', () => {
  test.each<[string, Record<string, Record<string, number>>, string[], Record<string, [string, number][]>]>([
    ['the preferred one if it has all units', { A: { main: 5, east: 5 } }, ['main'], { A: [['main', 3]] }],
    ['another one if only that one has all units', { A: { main: 2, east: 5 } }, ['main'], { A: [['east', 3]] }],
    ['the first by name without a preference', { A: { west: 5, east: 5 } }, [], { A: [['east', 3]] }],
    [
      'the second preferred one before others',
      { A: { main: 1, north: 5, east: 5 } },
      ['main', 'north'],
      { A: [['north', 3]] },
    ],
    [
      'several in order if none has all units',
      { A: { west: 2, main: 1, east: 1 } },
      ['main'],
      {
        A: [
          ['main', 1],
          ['east', 1],
          ['west', 1],
        ],
      },
    ],
    [
      'the one that has every SKU before the preferred one that has some SKUs',
      { A: { main: 9, north: 9 }, B: { north: 9 } },
      ['main'],
      { A: [['north', 3]], B: [['north', 3]] },
    ],
    [
      'one per SKU if no warehouse has every SKU',
      { A: { main: 9 }, B: { north: 9 } },
      ['main'],
      { A: [['main', 3]], B: [['north', 3]] },
    ],
    ['none with negative available units', { A: { main: -4, north: 3 } }, ['main'], { A: [['north', 3]] }],
  ])('%s', (_name, available, preference, expected) => {
    const stock = stockOf(...Object.entries(available).map(([sku, units]) => aStock(sku, units)));
    const demand = new Map(Object.keys(available).map((sku) => [sku, 3]));
    expect(chooseWarehouses(demand, stock, preference)).toEqual({
      reservations: Object.entries(expected).map(([sku, from]) => ({
        sku,
        from: from.map(([warehouse, units]) => ({ warehouse, units })),
      })),
    });
  });

  test('every SKU that is short is listed, with the units of all warehouses', () => {
    const stock = stockOf(aStock('A', { main: 1, north: 1 }), aStock('B', { main: 9 }));
    expect(chooseWarehouses(demandOf([line('A', 2), line('B', 1), line('A', 1), line('C', 1)]), stock, [])).toEqual({
      shortages: [
        { sku: 'A', requested: 3, available: 2 },
        { sku: 'C', requested: 1, available: 0 },
      ],
    });
  });

  test('a line from two warehouses is split, and the next line gets the remaining units', () => {
    const reservations = [
      {
        sku: 'A',
        from: [
          { warehouse: 'main', units: 3 },
          { warehouse: 'north', units: 2 },
        ],
      },
    ];
    expect(assignWarehouses([line('A', 2), line('A', 3)], reservations)).toEqual([
      [{ warehouse: 'main', units: 2 }],
      [
        { warehouse: 'main', units: 1 },
        { warehouse: 'north', units: 2 },
      ],
    ]);
  });
});

const sumOf = (parts: readonly { units: number }[]) => parts.reduce((sum, { units }) => sum + units, 0);

const skus = fc.constantFrom('A', 'B', 'C');
const lines = fc.array(fc.record({ sku: skus, quantity: fc.integer({ min: 1, max: 20 }) }), {
  minLength: 1,
  maxLength: 8,
});
const stocks = fc
  .dictionary(skus, fc.dictionary(fc.constantFrom('main', 'north', 'east'), fc.integer({ min: 0, max: 40 })))
  .map((bySku) => stockOf(...Object.entries(bySku).map(([sku, units]) => aStock(sku, units))));

describe('allocation', () => {
  test('has the same demand for lines in any order', () => {
    fc.assert(
      fc.property(lines, fc.func(fc.integer()), (some, weight) => {
        const shuffled = some.toSorted((a, b) => weight(a) - weight(b));
        expect(new Map(demandOf(shuffled))).toEqual(new Map(demandOf(some)));
      }),
    );
  });

  test('reserves the requested units within the available units, or lists shortages', () => {
    fc.assert(
      fc.property(
        lines,
        stocks,
        fc.constantFrom<string[]>([], ['main'], ['east', 'main']),
        (some, stock, preference) => {
          const demand = demandOf(some);
          const allocation = chooseWarehouses(demand, stock, preference);
          const shortages = 'shortages' in allocation ? allocation.shortages : [];
          const reservations = 'reservations' in allocation ? allocation.reservations : [];
          const reserved = reservations.flatMap(({ sku, from }) => from.map((part) => ({ sku, ...part })));
          const inStock = (sku: string, warehouse: string) => stock.get(sku)?.warehouses[warehouse]?.available ?? 0;

          expect(reservations.length > 0).toBe(shortages.length === 0);
          expect(shortages.filter(({ requested, available }) => available >= requested)).toEqual([]);
          expect(reserved.filter(({ sku, warehouse, units }) => units < 1 || units > inStock(sku, warehouse))).toEqual(
            [],
          );
          expect(new Set(reserved.map(({ sku, warehouse }) => `${sku} ${warehouse}`)).size).toBe(reserved.length);
          expect(reservations.map(({ sku, from }) => [sku, sumOf(from)])).toEqual(
            reservations.length > 0 ? [...demand] : [],
          );
          const parts = assignWarehouses(some, reservations).map((own) => sumOf(own));
          expect(parts).toEqual(some.map(({ quantity }) => (reservations.length > 0 ? quantity : 0)));
        },
      ),
    );
  });
});
