import { isTransient } from '../../../shared/lambda/failed-records.ts';
import { settleAll, throwAll } from '../../../shared/run-all.ts';
import { acceptedKey, messageOf, type QueuedOrder } from './intake-item.ts';
import type { IntakeState, IntakeStore } from './intake-store.ts';
import type { OrderQueue } from './order-queue.ts';

/** Longer than a request lasts and than orders usually wait in the queue. */
const resendAfterMs = 15 * 60_000;
const budgetMs = 20_000;
const ordersAtOnce = 8;

type Store = Pick<IntakeStore, 'acceptedBetween' | 'resendPosition' | 'setResendPosition' | 'states'>;

/**
 * Sends accepted orders again that are undecided after 15 minutes, because their function may have crashed before it sent
 * them. Returns their ids. It processes each order once; if the queue fails, the next run starts at the same position.
 * The message has the same attempt id, so that an order that only waited is decided once. An order whose items cannot be
 * read delays no other; afterwards the errors are thrown with the ids. `now` is in milliseconds.
 */
export async function resendAccepted(store: Store, queue: OrderQueue, now: number): Promise<string[]> {
  const deadline = performance.now() + budgetMs;
  const before = acceptedKey(new Date(now - resendAfterMs).toISOString());
  const resent: string[] = [];
  const failures: unknown[] = [];
  let count = 0;
  // Nothing to do if the clock is behind the position.
  for (let after = await store.resendPosition(); after < before;) {
    const { accepted, isComplete } = await store.acceptedBetween(after, before);
    const orderIds = [...new Set(accepted.map(({ orderId }) => orderId))];
    const { results, errors } = await undecidedOf(store, orderIds);
    await queue.send(results);
    count += orderIds.length;
    resent.push(...results.map(({ orderId }) => orderId));
    failures.push(...errors);
    const last = accepted.at(-1);
    if (last) await store.setResendPosition((after = last.key));
    if (isComplete || performance.now() > deadline) break;
  }
  throwAll(failures, count);
  return resent;
}

/** The messages of the undecided orders, and the errors of orders whose items cannot be read. */
async function undecidedOf(
  store: Store,
  orderIds: readonly string[],
): Promise<{ results: QueuedOrder[]; errors: unknown[] }> {
  const messagesOf = async (ids: readonly string[]) =>
    [...(await store.states(ids)).values()].flatMap(undecidedMessage);
  try {
    return { results: await messagesOf(orderIds), errors: [] };
  } catch (error) {
    if (isTransient(error)) throw error;
  }
  const { results, errors } = await settleAll(ordersAtOnce, orderIds, (orderId) =>
    messagesOf([orderId]).catch((error: unknown) => {
      throw isTransient(error) ? error : new Error(`${orderId} cannot be read: ${String(error)}`, { cause: error });
    }),
  );
  return { results: results.flat(), errors };
}

const undecidedMessage = ({ order, intake }: IntakeState): QueuedOrder[] =>
  order || intake?.status !== 'accepted' ? [] : [messageOf(intake) ?? []].flat();
