import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { allocate, demandOf, partsOf } from '../../shared/stock/allocation.ts';
import type { StockItem } from '../../shared/stock/stock-item.ts';
import { aStock } from '../support/builders.ts';

const stockOf = (...items: StockItem[]) => new Map(items.map((item) => [item.sku, item]));
const line = (sku: string, quantity: number) => ({ sku, quantity });

describe('the warehouses of an order', () => {
  test.each<[string, Record<string, Record<string, number>>, string[], Record<string, [string, number][]>]>([
    ['the preferred one if it has all', { A: { main: 5, east: 5 } }, ['main'], { A: [['main', 3]] }],
    ['another one if only that has all', { A: { main: 2, east: 5 } }, ['main'], { A: [['east', 3]] }],
    ['by name without a preference', { A: { west: 5, east: 5 } }, [], { A: [['east', 3]] }],
    [
      'the second preferred before one by name',
      { A: { main: 1, north: 5, east: 5 } },
      ['main', 'north'],
      { A: [['north', 3]] },
    ],
    [
      'several in order if none has all',
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
      'the one that has every SKU before the preferred one that has some',
      { A: { main: 9, north: 9 }, B: { north: 9 } },
      ['main'],
      { A: [['north', 3]], B: [['north', 3]] },
    ],
    [
      'each SKU where it lies if no warehouse has every SKU',
      { A: { main: 9 }, B: { north: 9 } },
      ['main'],
      { A: [['main', 3]], B: [['north', 3]] },
    ],
    ['none that has a negative figure', { A: { main: -4, north: 3 } }, ['main'], { A: [['north', 3]] }],
  ])('%s', (_name, available, preference, expected) => {
    const stock = stockOf(...Object.entries(available).map(([sku, units]) => aStock(sku, units)));
    const demand = new Map(Object.keys(available).map((sku) => [sku, 3]));
    expect(allocate(demand, stock, preference)).toEqual({
      takes: Object.entries(expected).map(([sku, from]) => ({
        sku,
        from: from.map(([warehouse, units]) => ({ warehouse, units })),
      })),
    });
  });

  test('every SKU that is short is told, with what all warehouses have of it', () => {
    const stock = stockOf(aStock('A', { main: 1, north: 1 }), aStock('B', { main: 9 }));
    expect(allocate(demandOf([line('A', 2), line('B', 1), line('A', 1), line('C', 1)]), stock, [])).toEqual({
      shortages: [
        { sku: 'A', requested: 3, available: 2 },
        { sku: 'C', requested: 1, available: 0 },
      ],
    });
  });

  test('a line that two warehouses serve is dealt to both, and what is left to the next line', () => {
    const takes = [
      {
        sku: 'A',
        from: [
          { warehouse: 'main', units: 3 },
          { warehouse: 'north', units: 2 },
        ],
      },
    ];
    expect(partsOf([line('A', 2), line('A', 3)], takes)).toEqual([
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

describe('always', () => {
  test('the order of lines changes nothing about the demand', () => {
    fc.assert(
      fc.property(lines, fc.func(fc.integer()), (some, weight) => {
        const shuffled = some.toSorted((a, b) => weight(a) - weight(b));
        expect(new Map(demandOf(shuffled))).toEqual(new Map(demandOf(some)));
      }),
    );
  });

  test('an allocation takes what is wanted, and nowhere more than is available; or somewhere too little is', () => {
    fc.assert(
      fc.property(
        lines,
        stocks,
        fc.constantFrom<string[]>([], ['main'], ['east', 'main']),
        (some, stock, preference) => {
          const demand = demandOf(some);
          const allocation = allocate(demand, stock, preference);
          const shortages = 'shortages' in allocation ? allocation.shortages : [];
          const takes = 'takes' in allocation ? allocation.takes : [];
          const taken = takes.flatMap(({ sku, from }) => from.map((part) => ({ sku, ...part })));
          const inStock = (sku: string, warehouse: string) => stock.get(sku)?.warehouses[warehouse]?.available ?? 0;

          expect(takes.length > 0).toBe(shortages.length === 0);
          expect(shortages.filter(({ requested, available }) => available >= requested)).toEqual([]);
          expect(taken.filter(({ sku, warehouse, units }) => units < 1 || units > inStock(sku, warehouse))).toEqual([]);
          expect(new Set(taken.map(({ sku, warehouse }) => `${sku} ${warehouse}`)).size).toBe(taken.length);
          expect(takes.map(({ sku, from }) => [sku, sumOf(from)])).toEqual(takes.length > 0 ? [...demand] : []);
          const parts = partsOf(some, takes).map((own) => sumOf(own));
          expect(parts).toEqual(some.map(({ quantity }) => (takes.length > 0 ? quantity : 0)));
        },
      ),
    );
  });
});
