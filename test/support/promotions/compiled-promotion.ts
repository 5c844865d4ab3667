import type { CompiledPromotion } from '../../../shared/pricing/promotions/types.ts';

/** Returns a promotion of 10 % of all goods, always in force. */
export const aPromotion = (given: Partial<CompiledPromotion> = {}): CompiledPromotion => ({
  promotionId: 'sale',
  version: 1,
  name: 'Sale',
  discount: { kind: 'percent', level: 'line', basisPoints: 1000 },
  eligible: { all: true },
  schedule: {},
  priority: 0,
  shards: 1,
  ...given,
});
