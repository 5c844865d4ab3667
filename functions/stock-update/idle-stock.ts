import type { Logger } from '@aws-lambda-powertools/logger';
import { inParallel } from '../../shared/in-parallel.ts';
import { availableIn } from '../../shared/stock/stock-item.ts';
import type { AlertStore } from './alert-store.ts';
import { type IdleLevels, idleKindOf } from './idle.ts';

const alertsAtOnce = 16;

type Tools = { store: Pick<AlertStore, 'stocks' | 'toldIdle' | 'recordIdle'>; log: Pick<Logger, 'info'> };

/** Tells of each SKU that does not sell, once for each time that it stopped selling. `now` is in milliseconds. */
export const tellOfIdleStock =
  ({ store, log }: Tools, defaults: IdleLevels) =>
  async (now: number, causationId: string): Promise<void> => {
    const cause = { actor: 'storeworks.stock-update', correlationId: causationId, causationId, now };
    let [skus, told] = [0, 0];
    for await (const stocks of store.stocks()) {
      skus += stocks.length;
      const idle = stocks.flatMap((item) => {
        const { sku, levels, idleSince = '' } = item;
        const kind = idleKindOf(item, defaults, now);
        return kind ? [{ sku, kind, idleSince, available: availableIn(item), levels: { ...defaults, ...levels } }] : [];
      });
      const known = await store.toldIdle(idle);
      const news = idle.filter(({ sku, kind, idleSince }) => known.get(`${sku} ${kind}`) !== idleSince);
      await inParallel(alertsAtOnce, news, async (alert) => {
        if ((await store.recordIdle(alert, cause)) === 'done') told += 1;
      });
    }
    log.info('idle stock looked for', { skus, told });
  };
