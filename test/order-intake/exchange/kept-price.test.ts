import { expect, test } from 'vitest';
import { linesAtKeptPrices } from '../../../functions/order-intake/exchange/kept-price.ts';
import { mugs } from '../editing/mug-order.ts';

const order = {
  lines: [
    { ...mugs, quantity: 3, discountMinor: 100 },
    { ...mugs, lineId: 'line-2', unitPriceMinor: 800, discountMinor: 50, quantity: 1 },
  ],
};
const atToday = (prices: Record<string, number>) => ({
  lines: Object.entries(prices).map(([sku, unitPriceMinor]) =>
    Object.assign({}, mugs, { sku, unitPriceMinor, quantity: 1 }),
  ),
});
const ofMugs = (quantity: number) => ({ lineId: 'line-1', quantity });
const ofPlates = { lineId: 'line-2', quantity: 1 };

test.each<[string, Record<string, number>, number, { lineId: string; quantity: number }[], number[] | undefined]>([
  ['a unit of the same price keeps what was paid', { BLUE: 1200 }, 1, [ofMugs(1)], [34]],
  ['as many units as were returned', { BLUE: 1200 }, 3, [ofMugs(2)], [67]],
  ['a unit of another price has the price of today', { BOWL: 900 }, 1, [ofMugs(1)], undefined],
  ['each price for itself', { BLUE: 1200, PLATE: 800 }, 1, [ofMugs(1), ofPlates], [34, 50]],
  ['nothing was returned', { BLUE: 1200 }, 1, [], undefined],
  ['an unknown line', { BLUE: 1200 }, 1, [{ lineId: 'line-9', quantity: 1 }], undefined],
])('%s', (_name, prices, quantity, returned, discounts) => {
  const requested = Object.keys(prices).map((sku) => ({ sku, quantity }));
  const lines = linesAtKeptPrices(requested, atToday(prices), order, returned);
  expect(lines?.map(({ discountMinor }) => discountMinor)).toEqual(discounts);
});
