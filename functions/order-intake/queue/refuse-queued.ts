import type { Cause } from '../../../shared/contracts/define-event.ts';
import { Problem } from '../../../shared/contracts/problem.ts';
import type { Decision, Placement } from '../order/decide.ts';
import { type QueuedOrder, recordOf } from './intake-item.ts';
import type { IntakeStore, Refusal } from './intake-store.ts';
import { placementResponse } from '../order/responses.ts';

/** Queued orders by id, in the order of their arrival. */
export type Undecided = Map<string, QueuedOrder>;

/** Of the 100 actions of a transaction a refusal takes three. */
const refusalsPerTransaction = 33;

/**
 * As if the order was decided when it came: what time does to it is the same in both lanes. Only its time for payment
 * begins now (milliseconds): the queue may have kept it longer than that lasts.
 */
export const placementOf = (
  { orderId, contentHash, content, channel, acceptedAtMs }: QueuedOrder,
  now: number,
): Placement => ({
  orderId,
  contentHash,
  content,
  channel,
  now: acceptedAtMs,
  decidedAt: Math.max(now, acceptedAtMs),
});

export const causeOf = ({ cause, acceptedAtMs }: QueuedOrder): Cause => ({ ...cause, now: acceptedAtMs });

export type RefusalStores = { intakes: Pick<IntakeStore, 'refuse'>; orders: Parameters<typeof placementResponse>[2] };

/** Writes refusals where a caller looks for them, with their events. An order that was decided meanwhile stays as it is. */
export async function refuseAll(
  stores: RefusalStores,
  refused: { queued: QueuedOrder; decision: Decision }[],
  now: number,
): Promise<void> {
  const refusals = await Promise.all(
    refused.map(async ({ queued, decision }): Promise<Refusal> => {
      const { body } = await placementResponse(decision, queued.orderId, stores.orders);
      const record = { ...recordOf(queued), status: 'refused' as const, problem: Problem.parse(body) };
      return { record, cause: { ...queued.cause, now } };
    }),
  );
  for (let first = 0; first < refusals.length; first += refusalsPerTransaction) {
    const some = refusals.slice(first, first + refusalsPerTransaction);
    if ((await stores.intakes.refuse(some)) === 'done') continue;
    for (const each of some) await stores.intakes.refuse([each]);
  }
}
