import { acceptedKey, messageOf } from './intake-item.ts';
import type { IntakeStore } from './intake-store.ts';
import type { OrderQueue } from './order-queue.ts';

/** Longer than a call that accepts orders lives, and than the queue is usually behind. */
const patienceMs = 15 * 60_000;
const budgetMs = 20_000;

type Store = Pick<IntakeStore, 'acceptedBetween' | 'lookedUpTo' | 'lookUpTo' | 'standing'>;

/**
 * Sends accepted orders again that are not decided after a while, because the call which accepted them may have ended
 * before it sent them; gives back which. Each is looked at once, and once more when sending fails: what was sent is safe
 * in the queue. It is sent as the same attempt, so that one which only waited is decided once. `now` is in milliseconds.
 */
export async function resendAccepted(store: Store, queue: OrderQueue, now: number): Promise<string[]> {
  const deadline = performance.now() + budgetMs;
  const before = acceptedKey(new Date(now - patienceMs).toISOString());
  const resent: string[] = [];
  // A clock that went back has nothing to look at.
  for (let after = await store.lookedUpTo(); after < before;) {
    const { accepted, isWhole } = await store.acceptedBetween(after, before);
    const standing = await store.standing([...new Set(accepted.map(({ orderId }) => orderId))]);
    const messages = [...standing.values()].flatMap(({ order, intake }) =>
      order || intake?.status !== 'accepted' ? [] : (messageOf(intake) ?? []),
    );
    await queue.send(messages);
    resent.push(...messages.map(({ orderId }) => orderId));
    const last = accepted.at(-1);
    if (last) await store.lookUpTo((after = last.key));
    if (isWhole || performance.now() > deadline) break;
  }
  return resent;
}
