import type { SQSRecord } from 'aws-lambda';
import * as z from 'zod';
import { maxMovements } from '../../shared/http/stock.ts';
import { Movement } from '../../shared/stock/movement.ts';
import { postAll } from './post.ts';
import type { StockStore } from './store.ts';

/** The body of a message: that of `POST /stock/movements`. Anything else ends in the dead-letter queue. */
export const MovementMessage = z.strictObject({ movements: z.array(Movement).min(1).max(maxMovements) });

/** Applies a message's movements; what is refused is told by an event, as nobody waits for the answer. */
export const postMessage =
  (store: StockStore, clock: () => number) =>
  async (
    { movements }: z.infer<typeof MovementMessage>,
    { messageId, attributes }: Pick<SQSRecord, 'messageId' | 'attributes'>,
  ): Promise<void> => {
    const cause = { actor: attributes.SenderId, correlationId: messageId, causationId: messageId, now: clock() };
    const results = await postAll(store, movements, cause);
    for (const [index, movement] of movements.entries()) {
      const result = results[index];
      if (result?.status === 'rejected') await store.reject(movement, result.reason ?? '', messageId, cause);
    }
  };
