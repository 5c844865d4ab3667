import type { RefundItem } from '../../../functions/refund-approval/refund/refund-item.ts';
import { deadlineKinds } from '../../../functions/refund-approval/deadlines/deadlines.ts';
import type { FinalState } from './final-state.ts';
import type { Checker } from './checkers.ts';

type Unit = { sku: string; warehouse: string; quantity: number; disposition: string; movementId?: string };

/** Returned units, with the movements that post them. */
const returnedUnits = ({ committed }: FinalState) =>
  committed.filter(({ type }) => type === 'ReturnReceived').flatMap(({ data }) => data.units as Unit[]);

const returnsArePosted: Checker = {
  name: 'every returned unit is in the stock ledger once, with its disposition',
  violations: (state) => {
    const moved = Map.groupBy(
      state.committed.filter(({ type, data }) => type === 'StockMoved' && data.movementId.startsWith('mov_')),
      ({ data }) => String(data.movementId),
    );
    const units = returnedUnits(state).filter(({ disposition }) => disposition !== 'missing');
    const movementIds = new Set(units.map(({ movementId }) => movementId));
    return [
      ...units.flatMap(({ movementId = '', sku, warehouse, quantity, disposition }) => {
        const [only, ...others] = moved.get(movementId) ?? [];
        const unavailable = disposition === 'damaged' ? quantity : 0;
        const isPosted =
          others.length === 0 &&
          only?.data.sku === sku &&
          only.data.warehouse === warehouse &&
          only.data.onHandDelta === quantity &&
          only.data.unavailableDelta === unavailable;
        return isPosted
          ? []
          : [`${quantity} ${disposition} ${sku} were returned to ${warehouse} without a matching movement`];
      }),
      ...[...moved.keys()].filter((id) => !movementIds.has(id)).map((id) => `${id} is posted without a return`),
    ];
  },
};

const receiptsAddUp: Checker = {
  name: 'the returned units of a refund are the sum of its receipts, and at most the expected units',
  violations: (state) => {
    const receipts = Map.groupBy(state.receipts, ({ refundId }) => refundId);
    const events = Map.groupBy(
      state.committed.filter(({ type }) => type === 'ReturnReceived'),
      ({ data }) => `${data.refundId} ${data.receiptId}`,
    );
    const withoutEvent = state.receipts.filter(
      ({ refundId, receiptId }) => events.get(`${refundId} ${receiptId}`)?.length !== 1,
    );
    return [
      ...withoutEvent.map(({ refundId, receiptId }) => `${receiptId} of ${refundId} does not have exactly one event`),
      ...state.refunds.flatMap(({ refundId, returning }) =>
        returning.flatMap(({ lineId, quantity, restock, damaged, missing }) => {
          const units = (receipts.get(refundId) ?? []).flatMap((receipt) => receipt.units);
          const sum = (disposition: string) =>
            units
              .filter((unit) => unit.lineId === lineId && unit.disposition === disposition)
              .reduce((total, unit) => total + unit.quantity, 0);
          const isSumOfReceipts = restock === sum('restock') && damaged === sum('damaged') && missing >= sum('missing');
          return isSumOfReceipts && restock + damaged + missing <= quantity
            ? []
            : [
                `${refundId} ${lineId} has ${restock} restocked, ${damaged} damaged and ${missing} missing of ${quantity}; its receipts differ`,
              ];
        }),
      ),
    ];
  },
};

/** Names of the schedules that a refund must have. */
function expectedSchedules({ refundId, status, remindedAt, escalated }: RefundItem): string[] {
  const isPending = status === 'pending-approval';
  const isExpected = {
    remind: isPending && !remindedAt,
    escalate: isPending && !escalated,
    expire: isPending || status === 'awaiting-return',
  };
  return deadlineKinds.filter((kind) => isExpected[kind]).map((kind) => `${refundId}.${kind}`);
}

const schedulesMatchRefunds: Checker = {
  name: 'a refund has schedules exactly while it waits for a decision or a return',
  violations: ({ deadlines }) =>
    deadlines.flatMap(({ schedules, refunds }) => {
      const expected = refunds.flatMap(expectedSchedules);
      return [
        ...expected.filter((name) => !schedules.includes(name)).map((name) => `${name} is not scheduled`),
        ...schedules.filter((name) => !expected.includes(name)).map((name) => `${name} is still scheduled`),
      ];
    }),
};

export const returnCheckers = [returnsArePosted, receiptsAddUp, schedulesMatchRefunds];
