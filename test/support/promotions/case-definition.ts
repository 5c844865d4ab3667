import { PromotionDefinition } from '../../../shared/contracts/promotions/definition.ts';
import { normalCode } from '../../../shared/pricing/promotions/coupon-code.ts';
import type { CompiledPromotion } from '../../../shared/pricing/promotions/types.ts';
import type { CasePromotion } from './case-file.ts';

const discountMembers = new Set([
  'kind',
  'level',
  'basisPoints',
  'amountMinor',
  'amountIncludesTax',
  'priceMinor',
  'tierOn',
  'tiers',
  'buy',
  'get',
  'maxTimes',
  'select',
  'gifts',
  'units',
  'ifOutOfStock',
  'bundle',
]);

/** The definition of a case's promotion. One that only states its time discounts 10 % of all goods. */
export function definitionOf(given: CasePromotion): PromotionDefinition {
  const { id, code, codes = code === undefined ? undefined : [code], paused: _paused, ...members } = given;
  const { start, end, zone, rrule, recurs, kind = 'percent', level = 'line', basisPoints = 1000, ...others } = members;
  const isDiscount = (name: string) => discountMembers.has(name);
  const hours =
    recurs?.from !== undefined && recurs.to !== undefined ? { from: recurs.from, to: recurs.to } : undefined;
  return PromotionDefinition.parse({
    name: id,
    ...Object.fromEntries(Object.entries(others).filter(([name]) => !isDiscount(name))),
    codes,
    discount: {
      kind,
      level,
      ...(kind === 'percent' && { basisPoints }),
      ...Object.fromEntries(Object.entries(others).filter(([name]) => isDiscount(name))),
    },
    schedule: { start, end, zone, rrule, hours },
  });
}

/** The promotion as it is in the set that orders are priced by. */
export const compiledOf = (given: CasePromotion): CompiledPromotion => {
  const { codes, ...definition } = definitionOf(given);
  return {
    ...definition,
    promotionId: given.id,
    version: 1,
    paused: given.paused,
    codes: codes?.map(normalCode),
    shards: 1,
  };
};
