import { expect, test } from 'vitest';
import { readMonth } from '../../../infra/demo/month.ts';
import { categoryOf, instantOf, isScarce, openingStock, stageOf } from '../../../infra/demo/plan.ts';
import { demoMonthOf } from '../../replay/demo-month.ts';
import { readSampleYear } from '../../replay/invoices.ts';

test('the committed month is what the script takes from the data set', async () => {
  const year = await readSampleYear('test/data/online-retail/sample-year.csv.gz');
  expect(readMonth()).toEqual(demoMonthOf(year));
});

test('orders have every stage that the age permits, and no parcel is delivered in the future', () => {
  const stages = (daysAgo: number) => new Set(Array.from({ length: 34 }, (_, index) => stageOf(daysAgo, index)));
  expect(stages(0)).toEqual(new Set(['paid', 'placed', 'allocated', 'cancelled']));
  expect(stages(3)).toEqual(new Set(['partly-shipped', 'shipped', 'cancelled']));
  expect(stages(5)).toEqual(new Set(['shipped', 'cancelled']));
  expect(stages(6)).toEqual(new Set(['delivered', 'cancelled']));
});

test('a local time is one of the store, also on the day before the clocks change', () => {
  expect(instantOf('2026-10-26', 'Europe/London', 2, 600)).toBe('2026-10-24T09:00:00Z');
  expect(instantOf('2026-10-26', 'Europe/London', 1, 600, 1)).toBe('2026-10-25T11:00:00Z');
});

test('the opening stock has all that is ordered, and little more of scarce products', () => {
  const products = Array.from({ length: 3 }, (_, index) => ({ sku: `S${index}`, name: 'X', priceMinor: 1 }));
  const order = { id: '1', daysAgo: 0, minute: 0, country: 'GB', lines: [{ product: 2, quantity: 5 }] };
  expect(openingStock({ products, orders: [order] }, [[{ product: 0, quantity: 1 }]])).toEqual([41, 0, 9]);
  expect([0, 1, 2].map(isScarce)).toEqual([false, true, true]);
});

test('a product has the category of its name', () => {
  expect(['HAND WARMER OWL DESIGN', "PAPER CHAIN KIT 50'S CHRISTMAS", 'VINTAGE SNAP CARDS'].map(categoryOf)).toEqual([
    'warmth',
    'christmas',
    'home',
  ]);
});
