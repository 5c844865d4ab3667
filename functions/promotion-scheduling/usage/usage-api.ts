import { type HttpResponse, problem } from '../../../shared/contracts/problem.ts';
import type { getPromotionUsage, PromotionUsage } from '../../../shared/contracts/promotions/usage-routes.ts';
import { ownValue } from '../../../shared/input/own-value.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import type { ClaimsStore, Counter } from '../../../shared/promotions/claims-store.ts';
import type { PromotionRecord } from '../promotion/promotion-record.ts';
import type { PromotionStore } from '../promotion/promotion-store.ts';

/** The route of what orders hold of a promotion's limits. */
export const usageApi =
  (store: Pick<PromotionStore, 'find'>, claims: Pick<ClaimsStore, 'sharedCounters'>) =>
  async ({ params: { promotionId } }: Request<typeof getPromotionUsage>): Promise<HttpResponse> => {
    const record = await store.find(promotionId);
    if (!record) return problem(404, 'not-found', `There is no promotion ${promotionId}.`);
    return { status: 200, body: usageOf(record, await claims.sharedCounters([promotionId])) };
  };

/** `USES#3`: the counter without its shard. */
const withoutShard = ({ sk }: Counter) => sk.slice(0, sk.lastIndexOf('#'));

/** What these counters have of the limits in force. */
export function usageOf(
  { promotionId, inForce }: Pick<PromotionRecord, 'promotionId' | 'inForce'>,
  counters: Counter[],
) {
  const { total, units, perCode, budgetMinor = {} } = inForce?.definition.limits ?? {};
  const used = new Map(
    [...Map.groupBy(counters, withoutShard)].map(([name, own]) => [
      name,
      own.reduce((sum, each) => sum + each.used, 0),
    ]),
  );
  const named = (prefix: string) =>
    [...used]
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, count]) => ({ name: name.slice(prefix.length), count }));
  const budgets = named('BUDGET#').map(({ name, count }) => {
    const [currency = '', period = ''] = name.split('#');
    const limitMinor = ownValue(budgetMinor, currency);
    const leftMinor = limitMinor === undefined ? undefined : Math.max(0, limitMinor - count);
    return { currency, period, limitMinor, usedMinor: count, leftMinor };
  });
  return {
    promotionId,
    uses: counted(total, used.get('USES') ?? 0),
    units: counted(units, used.get('UNITS') ?? 0),
    codes: named('CODE#').map(({ name, count }) => Object.assign({ code: name }, counted(perCode, count))),
    budgets: budgets.toSorted((a, b) => (a.period < b.period ? 1 : -1)),
  } satisfies PromotionUsage;
}

const counted = (limit: number | undefined, used: number) => ({
  limit,
  used,
  left: limit === undefined ? undefined : Math.max(0, limit - used),
});
