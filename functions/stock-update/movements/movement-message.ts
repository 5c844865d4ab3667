import * as z from 'zod';
import { maxMovements, type MovementResult, type RejectionReason } from '../../../shared/contracts/stock/routes.ts';
import { readJson } from '../../../shared/input/json.ts';
import { QueuedEventInstant } from '../../../shared/names.ts';
import { Movement } from '../../../shared/stock/movement.ts';
import { applyInOrder } from '../stock/apply-movements.ts';
import { type MovementSettings, unknownName } from '../stock/movement-settings.ts';
import type { StockStore } from '../stock/store.ts';
import type { DeferralStore } from './deferral-store.ts';

const QueuedMovement = Movement.safeExtend({ occurredAt: QueuedEventInstant.optional() });
/** The same body as `POST /stock/movements`. SQS moves other messages to the dead-letter queue. */
const Body = z.strictObject({ movements: z.array(QueuedMovement).min(1).max(maxMovements) });

export const MovementMessage = z.object({
  messageId: z.string(),
  receiptHandle: z.string(),
  body: z.string(),
  attributes: z.object({ SenderId: z.string(), SentTimestamp: z.coerce.number().int() }),
});
export type MovementMessage = z.infer<typeof MovementMessage>;

/** Rejections that may be due to the order of delivery: a movement sent earlier may arrive later. */
const retryableReasons = new Set<RejectionReason>(['insufficient-stock', 'insufficient-lot', 'not-in-transit']);
const none = new Set<RejectionReason>();
const isRetryable = ({ reason }: MovementResult) => reason !== undefined && retryableReasons.has(reason);

/**
 * Delays of successive deferrals: for earlier messages of the same batch, for messages sent at the same time, and for
 * those that failed once, which return after the visibility timeout of six minutes. After the last the rejection is final.
 */
export const deferralDelaysMs = [2_000, 30_000, 420_000];

/** Delay until the next delivery in milliseconds, or undefined after the last. Concurrent deliveries share a deferral. */
async function nextDelayMs(deferrals: DeferralStore, messageId: string, now: number): Promise<number | undefined> {
  const last = await deferrals.last(messageId);
  if (last && now < last.until) return last.until - now;
  const number = (last?.number ?? 0) + 1;
  const delayMs = deferralDelaysMs[number - 1];
  if (delayMs !== undefined) await deferrals.put(messageId, { number, until: now + delayMs });
  return delayMs;
}

/**
 * Applies the movements of a message. Publishes an event for each final rejection, such as of a warehouse that the
 * settings do not have. Returns the seconds until the message must be delivered again, or undefined if it is processed.
 */
export const applyMessage =
  (
    { store, deferrals }: { store: StockStore; deferrals: DeferralStore },
    settings: MovementSettings,
    clock: () => number,
  ) =>
  async ({ messageId, body, attributes }: MovementMessage): Promise<number | undefined> => {
    const submittedAt = new Date(attributes.SentTimestamp).toISOString();
    const sent = Body.parse(readJson(body)).movements.map((each) => Object.assign(each, { submittedAt }));
    const movements = sent.filter((each) => unknownName(each, settings) === undefined);
    const now = clock();
    const cause = { actor: attributes.SenderId, correlationId: messageId, causationId: messageId, now };
    for (const each of sent) {
      const unknown = unknownName(each, settings);
      if (unknown) await store.reject(each, unknown.rejection, messageId, cause);
    }
    const first = await applyInOrder(store, movements, cause, retryableReasons);
    const canDefer = [...first.values()].some(isRetryable);
    const delayMs = canDefer ? await nextDelayMs(deferrals, messageId, now) : undefined;
    const isDeferred = delayMs !== undefined;
    const results = canDefer && !isDeferred ? await applyInOrder(store, movements, cause, none) : first;
    for (const [movement, result] of results) {
      if (result.reason === undefined || (isDeferred && isRetryable(result))) continue;
      await store.reject(movement, result.reason, messageId, cause);
    }
    return isDeferred ? delayMs / 1000 : undefined;
  };
