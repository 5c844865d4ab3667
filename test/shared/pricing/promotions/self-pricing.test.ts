import { expect, test } from 'vitest';
import { priceBasket } from '../../../../shared/pricing/price-basket.ts';
import { rulesOf } from '../../../../shared/pricing/pricing-rules.ts';
import { aPolicy, aSku, noon } from '../../../support/builders.ts';
import { aPromotionPolicy } from '../../../support/promotions/arbitrary.ts';
import { aPromotion } from '../../../support/promotions.ts';

const skus = new Map([['MUG', aSku()]]);
const set = { version: 1, promotions: [aPromotion()], categoryPaths: {} };

/** Ids of the promotions that a basket of a channel gets. */
function appliedTo(
  { channel = 'marketplace', pricesItself = true }: { channel?: string; pricesItself?: boolean },
  selfPricingChannels: string[] | undefined,
  given: { line?: object; sent?: object } = {},
) {
  const rules = rulesOf(aPolicy(), {}, [], { set, policy: aPromotionPolicy({ selfPricingChannels }) });
  const basket = {
    currency: 'GBP',
    channel: { channel, pricesItself },
    lines: [{ sku: 'MUG', quantity: 1, pointer: '/lines/0', ...given.line }],
    ...(given.sent && { sent: given.sent }),
    at: noon,
    now: noon,
  };
  const priced = priceBasket(basket, skus, rules);
  return 'refusal' in priced ? priced.refusal.type : priced.promotions.applied.map(({ promotionId }) => promotionId);
}

test.each<[string, Parameters<typeof appliedTo>, unknown]>([
  ['a channel that sets its prices itself gets none', [{}, undefined], []],
  ['one that is not among the named ones gets none', [{}, ['app']], []],
  ['one that is named gets them', [{}, ['app', 'marketplace']], ['sale']],
  [
    'one that is named and states a discount of a line has this only',
    [{}, ['marketplace'], { line: { discountMinor: 0 } }],
    [],
  ],
  [
    'one that is named and states a discount of the order has this only',
    [{}, ['marketplace'], { sent: { discountMinor: 0 } }],
    [],
  ],
  [
    'a channel with the prices of the store gets them without being named',
    [{ pricesItself: false }, undefined],
    ['sale'],
  ],
  ['names of other channels change nothing for it', [{ pricesItself: false }, ['app']], ['sale']],
])('%s', (_name, given, expected) => {
  expect(appliedTo(...given)).toEqual(expected);
});
