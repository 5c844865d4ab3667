import { iso31661 } from 'iso-3166';
import { describe, expect, test } from 'vitest';
import * as auditColumns from '../../shared/contracts/stock-audit/file-columns.ts';
import * as categoryFileColumns from '../../shared/contracts/catalog/columns/category-columns.ts';
import * as productFileColumns from '../../shared/contracts/catalog/columns/product-columns.ts';
import * as catalogFileColumns from '../../shared/contracts/catalog/file-columns.ts';
import * as orderFileColumns from '../../shared/contracts/orders/file-columns.ts';
import * as stockFileColumns from '../../shared/contracts/stock/file-columns.ts';
import { type Columns, rowParser } from '../../shared/csv/columns.ts';

const tables: [string, Columns][] = [
  auditColumns,
  catalogFileColumns,
  productFileColumns,
  categoryFileColumns,
  orderFileColumns,
  stockFileColumns,
].flatMap((module) => Object.entries<Columns>(module));

describe.each(tables)('the table %s', (_name, columns) => {
  test('has a description and an example for each column', () => {
    for (const [name, { description, example }] of Object.entries(columns)) {
      expect(description, name).toMatch(/^[A-Z`].*\.$/);
      expect(example, name).not.toBe('');
    }
  });

  test('reads its own examples', () => {
    const examples = Object.entries(columns).map(([name, { example }]) => [name, example] as const);
    expect(rowParser(columns)(Object.fromEntries(examples))).toHaveProperty('content');
  });
});

const { orderColumns } = orderFileColumns;
const parseOrder = rowParser(orderColumns);
const order = Object.fromEntries(Object.entries(orderColumns).map(([name, { example }]) => [name, example]));

test('an order can be shipped to every country of ISO 3166-1', () => {
  for (const { alpha2 } of iso31661)
    expect(parseOrder({ ...order, country: alpha2 }), alpha2).toHaveProperty('content');
});

test.each([
  ['unitPriceMinor', '12,50', 'unitPriceMinor: Not a whole number; write it like 1999, not "12,50"'],
  ['unitPriceMinor', '12.50', 'unitPriceMinor: Not a whole number; write it like 1999, not "12.50"'],
  ['shippingMinor', '1.234', 'shippingMinor: Not a whole number; write it like 495, not "1.234"'],
  ['taxMinor', '£3', 'taxMinor: Not a whole number; write it like 666, not "£3"'],
  ['quantity', '1,5E+03', 'quantity: Not a whole number; write it like 2, not "1,5E+03"'],
  ['quantity', undefined, 'quantity: The cell is empty; write it like 2'],
  ['placedAt', '31/12/2011', /^placedAt: .*; write it like 2026-11-30T09:15:00Z, not "31\/12\/2011"$/],
  ['placedAt', '31.12.2011 10:00', /^placedAt: .*; write it like 2026-11-30T09:15:00Z, not/],
  ['placedAt', '12/31/11 9:15 AM', /^placedAt: .*; write it like 2026-11-30T09:15:00Z, not/],
  ['placedAt', '40908', /^placedAt: .*; write it like 2026-11-30T09:15:00Z, not "40908"/],
  [
    'placedAt',
    '1970-01-01T00:00:00Z',
    /^placedAt: The time is before the year 2000; write it like 2026-11-30T09:15:00Z, not/,
  ],
  ['country', 'Germany', /^country: .*; write it like GB, not "Germany"/],
  ['customerEmail', 'ada', /^customerEmail: .*; write it like ada@example.com, not "ada"/],
  ['status', 'cancelled', /^status: An order that was cancelled or expired is not imported; write it like completed/],
])('%s %j is refused with an example of the right form', (name, cell, problem) => {
  const parsed = parseOrder(
    Object.fromEntries(Object.entries({ ...order, [name]: cell ?? '' }).filter(([, text]) => text)),
  );
  expect('problem' in parsed ? parsed.problem : '').toMatch(problem);
});
