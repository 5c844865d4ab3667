import assert from 'node:assert';
import { isRetryableError, retryOnConflict } from '../../../shared/dynamodb/retry-on-conflict.ts';
import { type SettlementItem, settlementKey } from '../../../shared/orders/settlement-item.ts';
import type { SettlementStore } from './settlement-store.ts';
import { toTheEnd } from '../order/to-the-end.ts';

/** Of a call whose change is written already: what is left after it, the sweep does. */
const patienceMs = 5000;
/** A function runs for 20 s, so that nobody works on what is older. Help would do no harm, only be in the way. */
const leftOpenAfterMs = 30_000;

type Steps = Pick<SettlementStore, 'step' | 'find'>;

/** Goes on from where the settlement stands to its end, whoever else does. Throws contention when it takes too long. */
async function settle(store: Steps, settlement: SettlementItem, now: number): Promise<void> {
  let open: SettlementItem | undefined = settlement;
  await retryOnConflict(patienceMs, async () => {
    if (!open) return 'ended';
    const { settled, stepSize, takes }: SettlementItem = open;
    if ((await store.step(open, now)) === 'done') {
      open = (settled + 1) * stepSize < takes.length ? { ...open, settled: settled + 1 } : undefined;
    } else {
      open = await store.find(settlementKey(settlement));
      assert(open?.settled !== settled, 'An order gives back and ships units that are reserved');
    }
    return open ? undefined : 'ended';
  });
}

/** Does what it can of a settlement that its own change has just begun. */
export async function settleNow(store: Steps, settlement: SettlementItem, now: number): Promise<void> {
  try {
    await settle(store, settlement, now);
  } catch (error) {
    if (!isRetryableError(error)) throw error;
  }
}

/** Ends what other functions left open; the orders. */
export const settleLeftOpen = async (store: SettlementStore, now: number): Promise<string[]> =>
  toTheEnd(await store.open(new Date(now - leftOpenAfterMs).toISOString()), async (key) => {
    const open = await store.find(key);
    if (open) await settle(store, open, now);
    return open?.orderId;
  });
