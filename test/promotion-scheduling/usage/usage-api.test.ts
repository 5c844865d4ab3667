import { expect, test } from 'vitest';
import { usageApi, usageOf } from '../../../functions/promotion-scheduling/usage/usage-api.ts';
import { getPromotionUsage, PromotionUsage } from '../../../shared/contracts/promotions/usage-routes.ts';
import { PromotionRecord } from '../../../functions/promotion-scheduling/promotion/promotion-record.ts';
import { aRequest } from '../../support/requests.ts';

const limits = { total: 100, units: 10, perCode: 5, budgetMinor: { GBP: 5000 }, budgetPer: 'day' };
const record = PromotionRecord.pick({ promotionId: true, inForce: true }).parse({
  promotionId: 'sale',
  inForce: {
    definition: { name: 'Sale', discount: { kind: 'percent', level: 'line', basisPoints: 1000 }, limits },
    version: 1,
    approvedAt: '2026-11-30T00:00:00.000Z',
  },
});
const counters = [
  ['USES#0', 3],
  ['USES#15', 4],
  ['UNITS#0', 12],
  ['CODE#SPRING10#0', 2],
  ['BUDGET#GBP#2026-11-29#0', 700],
  ['BUDGET#GBP#2026-11-30#0', 100],
  ['BUDGET#GBP#2026-11-30#3', 50],
].map(([sk, used]) => ({ pk: 'LIMIT#sale', sk: String(sk), used: Number(used) }));

test('sums the shards of each counter, and says what is left', () => {
  expect(PromotionUsage.parse(usageOf(record, counters))).toEqual({
    promotionId: 'sale',
    uses: { limit: 100, used: 7, left: 93 },
    units: { limit: 10, used: 12, left: 0 },
    codes: [{ code: 'SPRING10', limit: 5, used: 2, left: 3 }],
    budgets: [
      { currency: 'GBP', period: '2026-11-30', limitMinor: 5000, usedMinor: 150, leftMinor: 4850 },
      { currency: 'GBP', period: '2026-11-29', limitMinor: 5000, usedMinor: 700, leftMinor: 4300 },
    ],
  });
});

test('a draft without orders has no limits, and an unknown promotion is 404', async () => {
  expect(usageOf({ promotionId: 'draft' }, [])).toMatchObject({ uses: { used: 0 }, codes: [], budgets: [] });
  const route = usageApi({ find: async () => undefined }, { sharedCounters: async () => [] });
  expect(await route(aRequest(getPromotionUsage, { params: { promotionId: 'none' } }))).toMatchObject({ status: 404 });
});
