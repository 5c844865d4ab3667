import {
  type Cause,
  type DataOf,
  type EventDefinition,
  type NewEvent,
  newEvent,
} from '../../../shared/contracts/define-event.ts';
import type { FieldError } from '../../../shared/contracts/problem.ts';
import type { RefundStatus } from '../../../shared/contracts/refunds/status.ts';
import type { Account } from './refund-ledger.ts';
import type { Shortage } from './allocation.ts';
import type { Receipt } from '../returns/receipt.ts';
import type { RefundItem } from './refund-item.ts';

/** An event that gets its id and its cause when it is written. */
export type DraftEvent = (cause: Cause) => NewEvent;

/** What becomes of a refund and, where money is set aside or given back, of its order's account. */
export type Change = {
  kind: 'changed';
  refund: RefundItem;
  account?: Account | undefined;
  /** Of goods that came back. */
  receipt?: Receipt;
  events: DraftEvent[];
};

/** Why a person may not decide. */
export type NotYours = 'own-request' | 'same-department' | 'above-limit' | 'no-limit';

/** What a command leads to. `already-done`: under this id, with this content, before. */
export type Outcome =
  | Change
  | { kind: 'already-done'; refund: RefundItem }
  | { kind: 'illegal'; status: RefundStatus; wanted: string }
  | { kind: 'refund-conflict'; refundId: string }
  | { kind: 'not-refundable'; pots: Shortage[] }
  | { kind: 'chargeback-open' }
  | { kind: 'already-rated' }
  | { kind: 'not-yours'; reason: NotYours; detail: string }
  | { kind: 'receipt-conflict'; receiptId: string }
  | { kind: 'not-expected'; lines: { lineId: string; expected: number; received: number }[] }
  /** Of a replacement. */
  | { kind: 'out-of-stock'; lines: { sku: string; requested: number; available: number }[] }
  | { kind: 'invalid'; type?: string; errors: FieldError[] };

export const draftEvent =
  <E extends EventDefinition>(definition: E, data: DataOf<E>): DraftEvent =>
  (cause) =>
    newEvent(definition, data, cause);

export const illegal = ({ status }: RefundItem, wanted: string): Outcome => ({ kind: 'illegal', status, wanted });

/** What every event tells of the refund after the step. */
export const factsOf = (refund: RefundItem) => ({
  refundId: refund.refundId,
  orderId: refund.orderId,
  externalOrderId: refund.externalOrderId,
  channel: refund.channel,
  currency: refund.currency,
  status: refund.status,
  reason: refund.reason,
  amountMinor: refund.amountMinor,
  version: refund.version,
});

/** What the policy made of it. */
export const judgedOf = (refund: RefundItem) => ({
  ...factsOf(refund),
  pots: potsIn(refund.payouts),
  rule: refund.policy.rule,
  policyVersion: refund.policy.version,
  approvalsNeeded: refund.policy.approvalsNeeded,
  requestedBy: refund.requestedBy,
});

/** The pots that legs draw from, each once. */
export function potsIn(legs: readonly Pick<RefundItem['payouts'][number], 'draws'>[]) {
  const byPot = Map.groupBy(
    legs.flatMap(({ draws }) => draws),
    ({ pot }) => pot,
  );
  return [...byPot].map(([pot, draws]) => ({
    pot,
    amountMinor: draws.reduce((sum, { minor }) => sum + minor, 0),
    taxMinor: draws.reduce((sum, { taxMinor }) => sum + taxMinor, 0),
    quantity: draws.reduce((sum, { quantity }) => sum + quantity, 0),
  }));
}
