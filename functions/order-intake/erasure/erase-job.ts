import { dayBefore } from '../../../shared/business-day.ts';
import type { Cause } from '../../../shared/contracts/define-event.ts';
import { retryOnConflict } from '../../../shared/dynamodb/retry-on-conflict.ts';
import { settleAll } from '../../../shared/run-all.ts';
import { changeRetryBudgetMs } from '../order/apply.ts';
import type { OrderStore } from '../order/order-store.ts';
import { erase, type Reason } from './erase.ts';
import type { ErasureStore, Selection } from './erasure-store.ts';

const maxParallelOrders = 16;

type Stores = Pick<OrderStore, 'current' | 'commit'> & ErasureStore;
type Result = 'erased' | 'already-erased' | 'open' | 'unknown';

/** `open`: orders that have not ended keep their data; repeat later. `isComplete`: false if the time ended before. */
export type Erasure = { erased: number; alreadyErased: number; open: string[]; isComplete: boolean };

/**
 * Erases the personal data of the selected orders. Repeat it until it is complete: every part is idempotent, and what is
 * erased stays erased. An order that fails delays no other: all errors are thrown at the end.
 */
export async function eraseSelected(
  stores: Stores,
  selection: Selection,
  reason: Reason,
  cause: Cause,
  isOver: () => boolean,
): Promise<Erasure> {
  const erasure: Erasure = { erased: 0, alreadyErased: 0, open: [], isComplete: true };
  const failures: unknown[] = [];
  for await (const orderIds of selected(stores, selection)) {
    if (isOver()) {
      erasure.isComplete = false;
      break;
    }
    const { results, errors } = await settleAll(maxParallelOrders, orderIds, async (orderId) => ({
      orderId,
      result: await eraseOrder(stores, orderId, reason, cause),
    }));
    failures.push(...errors);
    const having = (wanted: Result) => results.filter(({ result }) => result === wanted);
    erasure.erased += having('erased').length;
    erasure.alreadyErased += having('already-erased').length;
    erasure.open.push(...having('open').map(({ orderId }) => orderId));
  }
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} order(s) could not be erased`);
  return erasure;
}

/** One page of ids after the other. An erased order leaves the index, which moves no later one. */
async function* selected(stores: ErasureStore, selection: Selection): AsyncGenerator<string[]> {
  if ('orderId' in selection) yield [selection.orderId];
  else if ('email' in selection) yield* idsOf(stores.ordersOfEmail(selection.email));
  else if ('customerId' in selection) {
    // The same id in another channel is another customer.
    yield* idsOf(stores.ordersOfCustomer(selection.customerId), selection.channel);
  } else {
    for (let day = selection.to; day >= selection.from; day = dayBefore(day)) yield* idsOf(stores.ordersOfDay(day));
  }
}

async function* idsOf(pages: ReturnType<ErasureStore['ordersOfDay']>, onlyChannel?: string): AsyncGenerator<string[]> {
  for await (const found of pages) {
    yield found
      .filter(({ channel }) => onlyChannel === undefined || channel === onlyChannel)
      .map(({ orderId }) => orderId);
  }
}

/**
 * Erases the order's events before its item: until the item is written, the indexes lead to the order, so that a repeated
 * erasure finds it. A concurrent change, which may have a new event, is a version conflict.
 */
const eraseOrder = (stores: Stores, orderId: string, reason: Reason, cause: Cause): Promise<Result> =>
  retryOnConflict(changeRetryBudgetMs, async () => {
    const { order } = await stores.current(orderId);
    if (!order) return 'unknown';
    const outcome = erase(order, reason);
    if (outcome.kind !== 'changed' && outcome.kind !== 'already-done') return 'open';
    const events = await stores.eraseEvents(orderId);
    await stores.eraseMessage(orderId);
    if (outcome.kind === 'already-done') return events > 0 ? 'erased' : 'already-erased';
    return (await stores.commit(order, outcome, cause)) === 'done' ? 'erased' : undefined;
  });
