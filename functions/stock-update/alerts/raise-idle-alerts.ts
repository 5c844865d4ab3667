import type { Logger } from '@aws-lambda-powertools/logger';
import { runAllPages } from '../../../shared/run-all.ts';
import { availableIn } from '../../../shared/stock/stock-item.ts';
import type { AlertStore } from './alert-store.ts';
import { type IdleLevels, idleKindOf } from './idle.ts';

const parallelAlerts = 16;

type Tools = { store: Pick<AlertStore, 'stocks' | 'raisedIdle' | 'recordIdle'>; log: Pick<Logger, 'info'> };

/**
 * Raises an alert for each SKU with idle stock, once per idle period. `now` is in milliseconds. An alert that fails delays
 * no other.
 */
export const raiseIdleAlerts =
  ({ store, log }: Tools, defaults: IdleLevels) =>
  async (now: number, causationId: string): Promise<void> => {
    const cause = { actor: 'storeworks.stock-update', correlationId: causationId, causationId, now };
    let [skus, alerts] = [0, 0];
    async function* newAlerts() {
      for await (const stocks of store.stocks()) {
        skus += stocks.length;
        const idle = stocks.flatMap((item) => {
          const { sku, levels, idleSince = '' } = item;
          const kind = idleKindOf(item, defaults, now);
          const available = availableIn(item);
          return kind ? [{ sku, kind, idleSince, available, levels: { ...defaults, ...levels } }] : [];
        });
        const raised = await store.raisedIdle(idle);
        yield idle.filter(({ sku, kind, idleSince }) => raised.get(`${sku} ${kind}`) !== idleSince);
      }
    }
    try {
      await runAllPages(parallelAlerts, newAlerts(), async (alert) => {
        if ((await store.recordIdle(alert, cause)) === 'done') alerts += 1;
      });
    } finally {
      log.info('idle stock checked', { skus, alerts });
    }
  };
