import type { Logger } from '@aws-lambda-powertools/logger';
import { retryOnConflict } from '../../../shared/dynamodb/retry-on-conflict.ts';
import { runAllPages } from '../../../shared/run-all.ts';
import { withExpiredUnits } from '../stock/lot-changes.ts';
import type { LotStore } from './lot-store.ts';
import type { Lot } from '../../../shared/stock/lot.ts';

const skusAtOnce = 16;
const retryBudgetMs = 15_000;

type Tools = { store: Pick<LotStore, 'skus' | 'lotsOf' | 'expire'>; log: Pick<Logger, 'info'> };

/**
 * Makes the units of each lot that expires before `cutoff` unavailable, once, and those of a lot that no longer expires
 * available. `now` is in milliseconds. A SKU that fails delays no other.
 */
export const expireLots =
  ({ store, log }: Tools, cutoffAt: (now: number) => string) =>
  async (now: number, causationId: string): Promise<void> => {
    const cause = { actor: 'storeworks.stock-update', correlationId: causationId, causationId, now };
    const cutoff = cutoffAt(now);
    const changeOf = (before: Lot) => ({ before, ...withExpiredUnits(before, before, cutoff) });
    const changesOf = async (sku: string) =>
      (await store.lotsOf(sku)).map(changeOf).filter(({ expiredDelta }) => expiredDelta !== 0);
    let expired = 0;
    const expireAll = (sku: string) =>
      retryOnConflict(retryBudgetMs, async () => {
        for (const change of await changesOf(sku)) {
          if ((await store.expire(change, cause)) !== 'done') return undefined;
          expired += 1;
        }
        return 'done';
      });
    try {
      await runAllPages(skusAtOnce, store.skus(), expireAll);
    } finally {
      log.info('lots expired', { cutoff, expired });
    }
  };
