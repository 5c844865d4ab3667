import * as z from 'zod';
import { maxMovements, type RejectionReason } from '../../shared/http/stock.ts';
import { Movement } from '../../shared/stock/movement.ts';
import { postInOrder } from './post.ts';
import type { StockStore } from './store.ts';

/** The body of a message: that of `POST /stock/movements`. Anything else ends in the dead-letter queue. */
const Body = z.strictObject({ movements: z.array(Movement).min(1).max(maxMovements) });

/** A message as the function is given it, with how often it was given so far. */
export const MovementMessage = z.object({
  messageId: z.string(),
  receiptHandle: z.string(),
  body: z.string(),
  attributes: z.object({
    SenderId: z.string(),
    SentTimestamp: z.coerce.number().int(),
    ApproximateReceiveCount: z.coerce.number().int().min(1),
  }),
});
export type MovementMessage = z.infer<typeof MovementMessage>;

/** Refusals that end when a movement is applied which was sent before this one: the queue keeps no order. */
const curable = new Set<RejectionReason>(['insufficient-stock', 'insufficient-lot', 'not-in-transit']);
const none = new Set<RejectionReason>();

/**
 * Seconds for which a message waits for what it may have overtaken, after each time that it came: what is in the same
 * batch, what was sent with it, and what failed once, which the queue hides for six minutes. Then it is refused for good.
 */
const waits = [2, 30, 420];

/**
 * Applies a message's movements; what is refused is told by an event, as nobody waits for the answer. Gives the seconds
 * after which the message is to come again, as long as that may help.
 */
export const postMessage =
  (store: StockStore, clock: () => number) =>
  async ({ messageId, body, attributes }: MovementMessage): Promise<number | undefined> => {
    const sentAt = new Date(attributes.SentTimestamp).toISOString();
    const movements = Body.parse(JSON.parse(body)).movements.map((each) => Object.assign(each, { sentAt }));
    const wait = waits[attributes.ApproximateReceiveCount - 1];
    const waitsFor = wait === undefined ? none : curable;
    const cause = { actor: attributes.SenderId, correlationId: messageId, causationId: messageId, now: clock() };
    let isWaiting = false;
    for (const [movement, { status, reason }] of await postInOrder(store, movements, cause, waitsFor)) {
      if (status !== 'rejected' || reason === undefined) continue;
      if (waitsFor.has(reason)) isWaiting = true;
      else await store.refuse(movement, reason, messageId, cause);
    }
    return isWaiting ? wait : undefined;
  };
