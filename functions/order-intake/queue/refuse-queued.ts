import type { Cause } from '../../../shared/contracts/define-event.ts';
import { Problem } from '../../../shared/contracts/problem.ts';
import type { Decision, Placement } from '../order/decide.ts';
import { placementResponse } from '../order/responses.ts';
import { type QueuedOrder, recordOf } from './intake-item.ts';
import type { IntakeStore, Refusal } from './intake-store.ts';

/** Queued orders by id, in the order of arrival. */
export type Undecided = Map<string, QueuedOrder>;

/** Each refusal takes three of the 100 actions of a transaction. */
const refusalsPerTransaction = 33;

/**
 * The placement as of its acceptance, so that both lanes decide the same. Only the payment window starts at `now`
 * (milliseconds), because the queue may hold an order for longer than the window.
 */
export const placementOf = (
  { orderId, contentHash, sentHash, content, channel, acceptedAtMs }: QueuedOrder,
  now: number,
): Placement => ({
  orderId,
  contentHash,
  sentHash,
  content,
  channel,
  now: acceptedAtMs,
  decidedAt: Math.max(now, acceptedAtMs),
});

export const causeOf = ({ cause, acceptedAtMs }: QueuedOrder): Cause => ({ ...cause, now: acceptedAtMs });

export type RefusalStores = { intakes: Pick<IntakeStore, 'refuse'>; orders: Parameters<typeof placementResponse>[2] };

/** Writes refusals with their events. An order that another function has decided stays unchanged. */
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
    const group = refusals.slice(first, first + refusalsPerTransaction);
    if ((await stores.intakes.refuse(group)) === 'done') continue;
    for (const refusal of group) await stores.intakes.refuse([refusal]);
  }
}
