import { describe, expect, test } from 'vitest';
import { rehearsalPage } from '../../../functions/promotion-scheduling/rehearsals/page.ts';
import { createRehearsal, type KeptRehearsal } from '../../../functions/promotion-scheduling/rehearsals/rehearse.ts';
import { csvFilesOf, resultOf } from '../../../functions/promotion-scheduling/rehearsals/result.ts';
import { draftOf } from '../../../functions/promotion-scheduling/rehearsals/variant.ts';
import { PromotionDefinition } from '../../../shared/contracts/promotions/definition.ts';
import { RehearsalResult } from '../../../shared/contracts/promotions/rehearsal-routes.ts';
import type { LakeEvent } from '../../../shared/lake/day-events.ts';
import type { PromotionSet } from '../../../shared/pricing/promotions/types.ts';
import { aSku } from '../../support/builders.ts';
import { aSet, lakeScene, promotionPolicy } from '../../support/lake-orders.ts';
import { aPromotion } from '../../support/promotions.ts';

const day = '2026-11-30';
const half = { kind: 'percent', level: 'line', basisPoints: 5000 } as const;
const define = (given: object = {}) => PromotionDefinition.parse({ name: 'Draft', discount: half, ...given });
type Given = { assumesCodes?: boolean; kept?: KeptRehearsal; current?: PromotionSet };
const start = (
  scene: ReturnType<typeof lakeScene>,
  drafts: object[],
  { assumesCodes = false, kept, current }: Given = {},
) =>
  createRehearsal(
    {
      drafts: drafts.map((each, index) => draftOf('draft', `Draft ${index + 1}`, define(each))),
      current,
      policy: promotionPolicy,
      source: scene.source,
      assumesCodes,
    },
    kept,
  );
const rehearse = (events: readonly LakeEvent[], drafts: object[], scene = lakeScene(), given: Given = {}) => {
  const rehearsal = start(scene, drafts, given);
  for (const event of events) rehearsal.add(day, event);
  return resultOf(rehearsal);
};
const ended = (order: LakeEvent, type = 'OrderCancelled'): LakeEvent => ({ ...order, id: `${order.id}-end`, type });

describe('a rehearsal', () => {
  const scene = lakeScene();

  test('compares revenue, margin, units and cost of each draft with what was charged', () => {
    const events = [scene.order([['MUG', 2]]), scene.order([['TEA', 1]])];
    const drafts = [{ eligible: { skus: ['MUG'] } }, { discount: { kind: 'gift', level: 'line', gifts: ['TEA'] } }];
    const { counts, drafts: found } = rehearse(events, drafts);
    expect(counts).toMatchObject({ orders: 2, compared: 2, differing: 0 });
    // 39.98 with 20 % tax is 33.32 without, and half of it 16.66; tea is 4.17.
    expect(found[0]?.totals).toMatchObject([
      {
        currency: 'GBP',
        orders: 2,
        affectedOrders: 1,
        revenueBeforeMinor: 3332 + 417,
        revenueAfterMinor: 1666 + 417,
        marginBeforeMinor: 3332 + 417 - 2050,
        marginAfterMinor: 1666 + 417 - 2050,
        unitsBefore: 3,
        unitsAfter: 3,
        discountMinor: 1999,
        giftCostMinor: 0,
      },
    ]);
    expect(found[0]?.baskets).toMatchObject([{ beforeMinor: 3998, afterMinor: 1999, units: 2 }]);
    expect(found[1]?.totals).toMatchObject([
      { affectedOrders: 2, unitsBefore: 3, unitsAfter: 5, discountMinor: 1000, giftCostMinor: 900 },
    ]);
  });

  // The set of then has only the categories that its promotions name, and the rehearsal used that set alone.
  test('has all goods below the category of a draft, also if no promotion of then named it', () => {
    const product = { productId: 'mug', categoryId: 'mugs', status: 'published' as const };
    const skus = new Map([['MUG', aSku({ sku: 'MUG', priceMinor: 1999, product })]]);
    const set = aSet([aPromotion({ discount: { kind: 'percent', level: 'line', basisPoints: 1 } })]);
    const then = lakeScene([set], skus);
    const current = { ...aSet([]), categoryPaths: { mugs: ['kitchen', 'mugs'] } };
    const draft = { eligible: { categories: ['kitchen'] } };
    const { drafts } = rehearse([then.order([['MUG', 1]], { set })], [draft], then, { current });
    expect(drafts[0]?.totals).toMatchObject([{ affectedOrders: 1 }]);
  });

  test('replaces the promotion of then by the draft, and keeps the others', () => {
    const set = aSet([aPromotion({ promotionId: 'draft' }), aPromotion({ promotionId: 'other', priority: -1 })]);
    const then = lakeScene([set]);
    const { drafts } = rehearse([then.order([['MUG', 1]], { set })], [{}], then);
    // 19.99 less 2.00 and 1.80 was charged; half of it and 10 % of the rest is the draft.
    expect(drafts[0]?.baskets).toMatchObject([{ beforeMinor: 1619, afterMinor: 899 }]);
  });

  test('applies a draft that is planned for later', () => {
    const [first] = rehearse([scene.order([['MUG', 1]])], [{ schedule: { start: '2031-01-01T00:00' } }]).drafts;
    expect(first?.totals).toMatchObject([{ affectedOrders: 1 }]);
  });

  test.each<[string, object, { affected: number; discount: number }]>([
    ['uses in total', { limits: { total: 2 } }, { affected: 2, discount: 2000 }],
    ['uses of a customer', { limits: { perCustomer: 1 } }, { affected: 2, discount: 2000 }],
    ['a budget, whole', { limits: { budgetMinor: { GBP: 2500 } } }, { affected: 2, discount: 2000 }],
    [
      'a budget, partial',
      { limits: { budgetMinor: { GBP: 2500 }, budgetPolicy: 'partial' } },
      { affected: 3, discount: 2500 },
    ],
    ['units', { limits: { units: 3 } }, { affected: 3, discount: 3000 }],
  ])('lets %s run out in the order of time', (_name, draft, { affected, discount }) => {
    const events = ['a', 'b', 'a', 'b'].map((id) => scene.order([['MUG', 1]], { customer: { id } }));
    const { drafts } = rehearse(events, [draft]);
    expect(drafts[0]?.totals).toMatchObject([{ affectedOrders: affected, discountMinor: discount }]);
  });

  test('gives back what a cancelled or expired order claimed, once', () => {
    const [one, two, three, four] = Array.from({ length: 4 }, () => scene.order([['MUG', 1]]));
    if (!one || !two || !three || !four) throw new Error('There are four orders');
    const events = [one, ended(one), ended(one), two, ended(two, 'OrderExpired'), three, four];
    const { drafts } = rehearse(events, [{ limits: { total: 1 } }]);
    expect(drafts[0]?.totals).toMatchObject([{ orders: 4, affectedOrders: 3 }]);
  });

  test('needs a code that was entered, unless every customer is assumed to have it', () => {
    const events = [scene.order([['MUG', 1]]), scene.order([['MUG', 1]], { couponCodes: ['HALF'] })];
    const affected = (given: Given, draft: object) =>
      rehearse(events, [draft], scene, given).drafts[0]?.totals[0]?.affectedOrders;
    expect(affected({}, { codes: ['half'] })).toBe(1);
    expect(affected({ assumesCodes: true }, { codes: ['half'] })).toBe(2);
    expect(affected({ assumesCodes: true }, { needsCode: true })).toBe(2);
  });

  test('names and leaves out orders whose first pricing gives other amounts', () => {
    const wrong = scene.order([['MUG', 1]], { change: { totalMinor: 5 } });
    const { counts, differing, drafts } = rehearse([wrong, scene.order([['MUG', 1]])], [{}]);
    expect(counts).toMatchObject({ orders: 2, compared: 1, differing: 1 });
    expect(differing).toMatchObject([{ reason: 'amounts-differ', chargedMinor: 5, recomputedMinor: 1999 }]);
    expect(drafts[0]?.totals).toMatchObject([{ orders: 1 }]);
  });

  test('gives the same result when it goes on from what it kept', () => {
    const events = Array.from({ length: 7 }, (_, index) =>
      scene.order([['MUG', index + 1]], { customer: { id: 'a' } }),
    );
    const draft = { limits: { total: 5, perCustomer: 4, budgetMinor: { GBP: 8000 } } };
    const whole = rehearse(events, [draft, {}]);
    let kept: KeptRehearsal | undefined;
    for (const event of events) {
      const part = start(scene, [draft, {}], kept ? { kept } : {});
      part.add(day, event);
      kept = JSON.parse(JSON.stringify(part.kept())) as KeptRehearsal;
    }
    const resumed = resultOf(start(scene, [draft, {}], kept ? { kept } : {}));
    expect(resumed).toEqual(whole);
    expect(RehearsalResult.parse(whole)).toEqual(whole);
  });

  test('has files and a page without a script, also for hostile names', () => {
    const result = rehearse([scene.order([['MUG', 1]])], [{}]);
    const [draft] = result.drafts;
    if (draft) draft.name = '<script>alert(1)</script>=1+1';
    const page = rehearsalPage('Rehearsal of "<b>"', result);
    expect(page).not.toMatch(/<script|<b>|src=|href=/);
    expect(page.match(/<rect[^>]*>/g)?.length).toBeGreaterThan(3);
    expect(csvFilesOf(result).map(({ name, text }) => [name, text.split('\n').length])).toEqual([
      ['totals.csv', 3],
      ['days.csv', 3],
      ['baskets.csv', 3],
      ['differing.csv', 2],
    ]);
  });
});
