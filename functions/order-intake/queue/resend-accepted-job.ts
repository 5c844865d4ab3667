import { acceptedKey, messageOf } from './intake-item.ts';
import type { IntakeStore } from './intake-store.ts';
import type { OrderQueue } from './order-queue.ts';

/** Longer than a request lasts and than orders usually wait in the queue. */
const resendAfterMs = 15 * 60_000;
const budgetMs = 20_000;

type Store = Pick<IntakeStore, 'acceptedBetween' | 'resendPosition' | 'setResendPosition' | 'states'>;

/**
 * Sends accepted orders again that are undecided after 15 minutes, because their function may have crashed before it sent
 * them. Returns their ids. It processes each order once; if the queue fails, the next run starts at the same position.
 * The message has the same attempt id, so that an order that only waited is decided once. `now` is in milliseconds.
 */
export async function resendAccepted(store: Store, queue: OrderQueue, now: number): Promise<string[]> {
  const deadline = performance.now() + budgetMs;
  const before = acceptedKey(new Date(now - resendAfterMs).toISOString());
  const resent: string[] = [];
  // Nothing to do if the clock is behind the position.
  for (let after = await store.resendPosition(); after < before;) {
    const { accepted, isComplete } = await store.acceptedBetween(after, before);
    const states = await store.states([...new Set(accepted.map(({ orderId }) => orderId))]);
    const messages = [...states.values()].flatMap(({ order, intake }) =>
      order || intake?.status !== 'accepted' ? [] : (messageOf(intake) ?? []),
    );
    await queue.send(messages);
    resent.push(...messages.map(({ orderId }) => orderId));
    const last = accepted.at(-1);
    if (last) await store.setResendPosition((after = last.key));
    if (isComplete || performance.now() > deadline) break;
  }
  return resent;
}
