import { expect, test } from 'vitest';
import type { SkuRecord } from '../../../shared/catalog/sku-item.ts';
import { noPromotions } from '../../../shared/pricing/promotions/outcome.ts';
import type {
  CompiledPromotion,
  PromotionOutcome,
  PromotionState,
  Reason,
} from '../../../shared/pricing/promotions/types.ts';
import { priceWithState } from '../../../shared/promotions/price-with-state.ts';
import { aPromotion } from '../../support/promotions.ts';

const limited = (promotionId: string) => aPromotion({ promotionId, limits: { total: 10 } });
const gift = aPromotion({ promotionId: 'gift', discount: { kind: 'gift', level: 'line', gifts: ['BAG', 'CARD'] } });
const nothing = noPromotions([], 1);
const notApplied = (promotionId: string, reason: Reason) => ({ promotionId, name: promotionId, reason });
const claim = (promotionId: string) => ({ promotionId, uses: 1 as const });

/** Prices with `outcomeOf`, and returns what was read in each round. */
async function reads(
  promotions: CompiledPromotion[],
  outcomeOf: (state: PromotionState, isFirstOrder?: boolean) => Partial<PromotionOutcome>,
  used: string[] = [],
) {
  const rounds: string[][] = [];
  const priced = await priceWithState(
    (state, _gifts, isFirstOrder) => ({ promotions: { ...nothing, ...outcomeOf(state, isFirstOrder) } }),
    { version: 1, promotions, categoryPaths: {} },
    {
      remaining: async (wanted) => {
        rounds.push(wanted.map(({ promotionId }) => promotionId));
        return new Map(wanted.map(({ promotionId }) => [promotionId, { uses: used.includes(promotionId) ? 0 : 5 }]));
      },
      isFirstOrder: async () => {
        rounds.push(['first order']);
        return false;
      },
      gifts: async (skus) => {
        rounds.push([...skus]);
        return { skus: new Map(skus.map((sku) => [sku, { sku } as SkuRecord])), available: new Map([['CARD', 3]]) };
      },
    },
  );
  return { rounds, promotions: priced.promotions };
}

test.each<[string, CompiledPromotion[], Partial<PromotionOutcome>, string[][]]>([
  ['nothing without promotions', [], {}, []],
  ['nothing of a promotion without limits', [aPromotion()], { claims: [] }, []],
  ['the limits of what applies', [limited('a'), limited('b')], { claims: [claim('a')] }, [['a']]],
  [
    'the limits of what a larger cart is promised',
    [limited('a')],
    { notApplied: [notApplied('a', 'below-threshold')] },
    [['a']],
  ],
  ['nothing of what has no goods here', [limited('a')], { notApplied: [notApplied('a', 'no-eligible-lines')] }, []],
  [
    'the limits of an entered code',
    [limited('a')],
    {
      notApplied: [notApplied('a', 'no-eligible-lines')],
      codes: [{ code: 'A', outcome: 'no-eligible-lines', promotionId: 'a' }],
    },
    [['a']],
  ],
  [
    'nothing of an entered code that has ended',
    [limited('a')],
    { notApplied: [notApplied('a', 'ended')], codes: [{ code: 'A', outcome: 'ended', promotionId: 'a' }] },
    [],
  ],
  [
    'the gifts of what would give one',
    [gift],
    { notApplied: [notApplied('gift', 'gift-out-of-stock')] },
    [['BAG', 'CARD']],
  ],
  [
    'the gifts of what refuses the order without one',
    [gift],
    { missingGift: { sku: 'BAG', requested: 1, available: 0 } },
    [['BAG', 'CARD']],
  ],
])('reads %s, once', async (_, promotions, outcome, rounds) => {
  expect((await reads(promotions, () => outcome)).rounds).toEqual(rounds);
});

test('prices again by what was read', async () => {
  const { rounds, promotions } = await reads(
    [limited('a'), limited('b')],
    ({ remaining }) =>
      remaining?.get('a')?.uses === 0
        ? { claims: [claim('b')], notApplied: [notApplied('a', 'limit-reached')] }
        : { claims: [claim('a')] },
    ['a'],
  );
  expect(rounds).toEqual([['a'], ['b']]);
  expect(promotions).toMatchObject({ claims: [{ promotionId: 'b' }], notApplied: [{ reason: 'limit-reached' }] });
});

test('reads the limits of all promotions that are left after two that are used up', async () => {
  const ids = ['a', 'b', 'c', 'd', 'e'];
  const { rounds } = await reads(
    ids.map(limited),
    ({ remaining }) => {
      const next = ids.find((id) => remaining?.get(id)?.uses !== 0);
      return { claims: next === undefined ? [] : [claim(next)] };
    },
    ids,
  );
  expect(rounds).toEqual([['a'], ['b'], ['c', 'd', 'e']]);
});

test('gives the units of gifts to pricing', async () => {
  const seen: PromotionState[] = [];
  await reads([gift], (state) => {
    seen.push({ available: new Map(state.available) });
    return { notApplied: state.available?.size ? [] : [notApplied('gift', 'gift-out-of-stock')] };
  });
  expect(seen.map(({ available }) => available?.get('CARD'))).toEqual([undefined, 3]);
});

test('reads whether it is the first order if that decides on a promotion', async () => {
  const first = aPromotion({ promotionId: 'welcome', audience: { firstOrderOnly: true } });
  const welcome = { promotionId: 'welcome', version: 1, name: 'Welcome', target: 'order' as const };
  const applied = [{ ...welcome, discountMinor: 100, lines: [] }];
  const { rounds, promotions } = await reads([first], (_state, isFirstOrder) => (isFirstOrder ? { applied } : {}));
  expect(rounds).toEqual([['first order']]);
  expect(promotions.applied).toEqual([]);
});

test('prices a basket that cannot be sold once', async () => {
  const refusal = { refusal: 'unknown-sku' };
  const price = () => refusal as { refusal: unknown } | { promotions: PromotionOutcome };
  const read = async () => expect.fail('read');
  expect(await priceWithState(price, undefined, { remaining: read, gifts: read, isFirstOrder: undefined })).toBe(
    refusal,
  );
});
