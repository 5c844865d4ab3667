import type { Plan } from './plan.ts';
import type { NewPromotion } from '../../../shared/contracts/promotions/promotion.ts';
import type * as z from 'zod';

/** Codes that orders of a storefront have: a third `storm`, a sixth each `FLASH` and `HOUR`. */
export function couponCodesOf(index: number): { couponCodes?: string[] } {
  if (index % 3 === 1) return { couponCodes: ['storm'] };
  return index % 6 === 0 ? { couponCodes: ['HOUR'] } : index % 2 === 0 ? { couponCodes: ['FLASH'] } : {};
}

type Content = Omit<z.input<typeof NewPromotion>, 'promotionId'>;
export type SimulatedPromotions = Record<'storm' | 'flash' | 'hour', Content>;

/** From the start of a run, in seconds: after the second jump of the clock, until after the fifth. */
const hour = { fromSeconds: 150, toSeconds: 1500 };

/** Start and end of the promotion `hour`, in milliseconds. `startedAt`: when promotions were created. */
export const hourOf = (startedAt: number) => {
  const second = Math.floor(startedAt / 1000);
  return { from: (second + hour.fromSeconds) * 1000, to: (second + hour.toSeconds) * 1000 };
};
const wallTime = (ms: number) => new Date(ms).toISOString().slice(0, 'YYYY-MM-DDTHH:MM:SS'.length);

/** Promotions of which less is left than the orders with their codes want, and one that starts and ends by its schedule. */
export function simulatedPromotions({ batches }: Pick<Plan, 'batches'>, startedAt = 0): SimulatedPromotions {
  const orders = batches.reduce((sum, batch) => sum + batch.orders.length, 0);
  const { from, to } = hourOf(startedAt);
  const percent = (level: 'line' | 'order', basisPoints: number) => ({ kind: 'percent', level, basisPoints }) as const;
  return {
    storm: {
      name: 'Storm',
      discount: percent('order', 1000),
      codes: ['STORM'],
      limits: {
        total: Math.max(3, Math.floor(orders / 12)),
        perCustomer: 3,
        budgetMinor: { GBP: 50_000 },
        budgetPer: 'day',
      },
    },
    flash: {
      name: 'Flash',
      discount: percent('line', 2000),
      codes: ['FLASH'],
      // The budget is never used up. It makes the promotion large, so that its counters have 16 shards.
      limits: { units: Math.max(5, Math.floor(orders / 10)), budgetMinor: { GBP: 100_000_000 } },
    },
    hour: {
      name: 'Hour',
      discount: percent('order', 500),
      codes: ['HOUR'],
      schedule: { start: wallTime(from), end: wallTime(to), zone: 'UTC' },
      limits: { perCode: 1000 },
    },
  };
}
