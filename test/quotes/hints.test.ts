import { expect, test } from 'vitest';
import { quoteOf, quoting } from '../../functions/quotes/quote.ts';
import { QuoteContent } from '../../shared/contracts/quotes/routes.ts';
import { aPolicy, aSku, noon } from '../support/builders.ts';
import { aPromotion } from '../support/promotions.ts';

const content = (quantity: number) => QuoteContent.parse({ currency: 'GBP', lines: [{ sku: 'MUG', quantity }] });

function quoted(quantity: number) {
  const promotion = aPromotion({ condition: { minSubtotalMinor: { GBP: 3000 } } });
  const offer = {
    skus: new Map([['MUG', aSku()]]),
    settings: {},
    priceLists: [],
    promotions: { version: 7, promotions: [promotion], categoryPaths: {} },
    uniqueCodes: new Map(),
  };
  const wanted = { content: content(quantity), channel: { channel: 'storefront', pricesItself: false }, now: noon };
  const { price, rules, hintsFor } = quoting(wanted, offer, aPolicy());
  const result = quoteOf(wanted.content, price({}, new Map(), undefined), rules, hintsFor);
  if (!('body' in result)) throw new Error('Refused');
  return result.body;
}

test('a quote states what one change would cost, and a quote with it has that total', () => {
  const { promotions } = quoted(2);
  expect(promotions?.notApplied).toMatchObject([{ reason: 'below-threshold', missingMinor: 600 }]);
  expect(promotions?.hints).toEqual([
    { promotionId: 'sale', sku: 'MUG', addUnits: 1, addMinor: 1200, newTotalMinor: 3240 },
  ]);
  expect(quoted(3)).toMatchObject({ totalMinor: 3240, promotions: { hints: [] } });
});
