import * as z from 'zod';
import { maxMovements, type MovementResult, type RejectionReason } from '../../shared/contracts/stock/routes.ts';
import { Movement } from '../../shared/stock/movement.ts';
import { postInOrder } from './post.ts';
import type { StockStore } from './store.ts';
import type { WaitStore } from './wait-store.ts';

/** The body of a message: that of `POST /stock/movements`. Anything else ends in the dead-letter queue. */
const Body = z.strictObject({ movements: z.array(Movement).min(1).max(maxMovements) });

/** A message as the function is given it. */
export const MovementMessage = z.object({
  messageId: z.string(),
  receiptHandle: z.string(),
  body: z.string(),
  attributes: z.object({ SenderId: z.string(), SentTimestamp: z.coerce.number().int() }),
});
export type MovementMessage = z.infer<typeof MovementMessage>;

/** Refusals that end when a movement is applied which was sent before this one: the queue keeps no order. */
const curable = new Set<RejectionReason>(['insufficient-stock', 'insufficient-lot', 'not-in-transit']);
const none = new Set<RejectionReason>();
const isCurable = ({ reason }: MovementResult) => reason !== undefined && curable.has(reason);

/**
 * How long a message waits for what it may have overtaken, one wait after the other: for what is in the same batch, what
 * was sent with it, and what failed once, which the queue hides for six minutes. Then it is refused for good.
 */
export const waitsMs = [2_000, 30_000, 420_000];

/** Milliseconds for which a message is to wait; copies of it that come at once are in one wait. Undefined after the last. */
async function waitMsOf(waits: WaitStore, messageId: string, now: number): Promise<number | undefined> {
  const last = await waits.last(messageId);
  if (last && now < last.until) return last.until - now;
  const number = (last?.number ?? 0) + 1;
  const waitMs = waitsMs[number - 1];
  if (waitMs !== undefined) await waits.put(messageId, { number, until: now + waitMs });
  return waitMs;
}

/**
 * Applies a message's movements; what is refused is told by an event, as nobody waits for the answer. Gives the seconds
 * after which the message is to come again, as long as that may help.
 */
export const postMessage =
  (store: StockStore, waits: WaitStore, clock: () => number) =>
  async ({ messageId, body, attributes }: MovementMessage): Promise<number | undefined> => {
    const sentAt = new Date(attributes.SentTimestamp).toISOString();
    const movements = Body.parse(JSON.parse(body)).movements.map((each) => Object.assign(each, { sentAt }));
    const now = clock();
    const cause = { actor: attributes.SenderId, correlationId: messageId, causationId: messageId, now };
    const first = await postInOrder(store, movements, cause, curable);
    const mayWait = [...first.values()].some(isCurable);
    const waitMs = mayWait ? await waitMsOf(waits, messageId, now) : undefined;
    const isWaiting = waitMs !== undefined;
    const results = mayWait && !isWaiting ? await postInOrder(store, movements, cause, none) : first;
    for (const [movement, result] of results) {
      if (result.reason === undefined || (isWaiting && isCurable(result))) continue;
      await store.refuse(movement, result.reason, messageId, cause);
    }
    return isWaiting ? waitMs / 1000 : undefined;
  };
