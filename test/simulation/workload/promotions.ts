import type { Plan } from './plan.ts';
import type { CompiledPromotion } from '../../../shared/pricing/promotions/types.ts';

/** Codes of the promotions, which every third and every fourth order of a storefront has. */
export function couponCodesOf(index: number): { couponCodes?: string[] } {
  if (index % 3 === 1) return { couponCodes: ['storm'] };
  return index % 4 === 2 ? { couponCodes: ['FLASH'] } : {};
}

/** Two promotions of which less is left than the orders with their codes want. */
export function simulatedPromotions({ batches }: Pick<Plan, 'batches'>): [CompiledPromotion, CompiledPromotion] {
  const orders = batches.reduce((sum, batch) => sum + batch.orders.length, 0);
  return [
    {
      promotionId: 'storm',
      version: 1,
      name: 'Storm',
      discount: { kind: 'percent', level: 'order', basisPoints: 1000 },
      eligible: { all: true },
      schedule: {},
      priority: 0,
      codes: ['STORM'],
      limits: { total: Math.max(3, Math.floor(orders / 12)), perCustomer: 3, budgetMinor: { GBP: 50_000 } },
      shards: 1,
    },
    {
      promotionId: 'flash',
      version: 1,
      name: 'Flash',
      discount: { kind: 'percent', level: 'line', basisPoints: 2000 },
      eligible: { all: true },
      schedule: {},
      priority: 0,
      codes: ['FLASH'],
      limits: { units: Math.max(5, Math.floor(orders / 10)) },
      shards: 16,
    },
  ];
}
