import { expect, test } from 'vitest';
import { quoteOf, quoting } from '../../functions/quotes/quote.ts';
import { QuoteContent } from '../../shared/contracts/quotes/routes.ts';
import { aPolicy, aSku, noon } from '../support/builders.ts';
import { aPromotion } from '../support/promotions.ts';

/** Counters of one promotion: uses, units, budget, and one for the id and one for the e-mail address of the customer. */
const limits = { total: 9, units: 9, budgetMinor: { GBP: 90_000 }, perCustomer: 9 };
const ada = { id: 'ada', email: 'ada@example.com' };

function quoted(promotions: number, customer: { id?: string; email?: string }) {
  const content = QuoteContent.parse({ currency: 'GBP', lines: [{ sku: 'MUG', quantity: 1 }], customer });
  const all = Array.from({ length: promotions }, (_, index) => aPromotion({ promotionId: `sale-${index}`, limits }));
  const set = { version: 7, promotions: all, categoryPaths: {} };
  const offer = { skus: new Map([['MUG', aSku()]]), settings: {}, priceLists: [], uniqueCodes: new Map() };
  const wanted = { content, channel: { channel: 'storefront', pricesItself: false }, now: noon };
  const { price, rules } = quoting(wanted, { ...offer, promotions: set }, aPolicy());
  const result = quoteOf(content, price({}, new Map(), undefined), rules);
  return 'refusal' in result ? result.refusal.type : 'quoted';
}

// An order claims at most 90 counters: see test/order-intake/order/decide.test.ts for the same numbers.
test.each([
  [1, ada, 'quoted'],
  [18, ada, 'quoted'],
  [19, ada, 'too-many-promotions'],
  [60, ada, 'too-many-promotions'],
  [22, { id: 'ada' }, 'quoted'],
  [23, { id: 'ada' }, 'too-many-promotions'],
  // Without an identity, promotions with a limit of each customer do not apply.
  [60, {}, 'quoted'],
])('a quote of %i limited promotions for %j is %s, as the order would be', (promotions, customer, expected) => {
  expect(quoted(promotions, customer)).toBe(expected);
});
