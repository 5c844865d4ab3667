import type { RefundItem } from '../../../functions/refund-approval/refund/refund-item.ts';
import { deadlineKinds } from '../../../functions/refund-approval/deadlines/deadlines.ts';
import type { FinalState } from './final-state.ts';
import type { Checker } from './checkers.ts';

type Unit = { sku: string; warehouse: string; quantity: number; disposition: string; movementId?: string };

/** Units that came back, by the movement that is to book them. */
const returnedUnits = ({ committed }: FinalState) =>
  committed.filter(({ type }) => type === 'ReturnReceived').flatMap(({ data }) => data.units as Unit[]);

const returnsAreBooked: Checker = {
  name: 'every returned unit is in the stock ledger once, with its disposition',
  violations: (state) => {
    const moved = Map.groupBy(
      state.committed.filter(({ type, data }) => type === 'StockMoved' && data.movementId.startsWith('mov_')),
      ({ data }) => String(data.movementId),
    );
    const units = returnedUnits(state).filter(({ disposition }) => disposition !== 'missing');
    const known = new Set(units.map(({ movementId }) => movementId));
    return [
      ...units.flatMap(({ movementId = '', sku, warehouse, quantity, disposition }) => {
        const [only, ...others] = moved.get(movementId) ?? [];
        const unavailable = disposition === 'damaged' ? quantity : 0;
        const isSo =
          others.length === 0 &&
          only?.data.sku === sku &&
          only.data.warehouse === warehouse &&
          only.data.onHandDelta === quantity &&
          only.data.unavailableDelta === unavailable;
        return isSo ? [] : [`${quantity} ${disposition} ${sku} came back to ${warehouse} and are not booked so`];
      }),
      ...[...moved.keys()].filter((id) => !known.has(id)).map((id) => `${id} is booked, and nothing came back`),
    ];
  },
};

const receiptsAddUp: Checker = {
  name: 'the returned units of a refund are the sum of its receipts, and at most the expected units',
  violations: (state) => {
    const parcels = Map.groupBy(state.receipts, ({ refundId }) => refundId);
    const told = Map.groupBy(
      state.committed.filter(({ type }) => type === 'ReturnReceived'),
      ({ data }) => `${data.refundId} ${data.receiptId}`,
    );
    const untold = state.receipts.filter((one) => told.get(`${one.refundId} ${one.receiptId}`)?.length !== 1);
    return [
      ...untold.map(({ refundId, receiptId }) => `${receiptId} of ${refundId} is not told once`),
      ...state.refunds.flatMap(({ refundId, returning }) =>
        returning.flatMap(({ lineId, quantity, restock, damaged, missing }) => {
          const units = (parcels.get(refundId) ?? []).flatMap((parcel) => parcel.units);
          const sum = (disposition: string) =>
            units
              .filter((unit) => unit.lineId === lineId && unit.disposition === disposition)
              .reduce((total, unit) => total + unit.quantity, 0);
          const isSum = restock === sum('restock') && damaged === sum('damaged') && missing >= sum('missing');
          return isSum && restock + damaged + missing <= quantity
            ? []
            : [
                `${refundId} ${lineId} got ${restock}, ${damaged}, ${missing} of ${quantity}; its parcels brought others`,
              ];
        }),
      ),
    ];
  },
};

/** The schedules that a refund is to have. */
function wantedOf({ refundId, status, remindedAt, escalated }: RefundItem): string[] {
  const isPending = status === 'pending-approval';
  const isWanted = {
    remind: isPending && !remindedAt,
    escalate: isPending && !escalated,
    expire: isPending || status === 'awaiting-return',
  };
  return deadlineKinds.filter((kind) => isWanted[kind]).map((kind) => `${refundId}.${kind}`);
}

const schedulesFollow: Checker = {
  name: 'a refund has schedules exactly while it waits for a decision or a return',
  violations: ({ deadlines }) =>
    deadlines.flatMap(({ schedules, refunds }) => {
      const wanted = refunds.flatMap(wantedOf);
      return [
        ...wanted.filter((name) => !schedules.includes(name)).map((name) => `${name} is not scheduled`),
        ...schedules.filter((name) => !wanted.includes(name)).map((name) => `${name} is left over`),
      ];
    }),
};

export const returnCheckers = [returnsAreBooked, receiptsAddUp, schedulesFollow];
