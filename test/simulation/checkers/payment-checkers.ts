import type { OrderItem } from '../../../functions/order-intake/order/order-item.ts';
import { type FinalState, type CommittedEvent } from './final-state.ts';
import type { Checker } from './checkers.ts';
import { payingChannel } from '../workload/life-cycle-plan.ts';
import { changesByOrder, isCancellation } from './life-cycle-checkers.ts';

/** Stored payments by order id, including early payments. */
const storedPayments = ({ orders, earlyPayments }: FinalState) =>
  new Map([...orders, ...earlyPayments].map(({ orderId, payments = [] }) => [orderId, payments]));

const recorded = ({ committed }: FinalState) => committed.filter(({ type }) => type === 'PaymentRecorded');

const paymentsAreStoredOnce: Checker = {
  name: 'a payment event is stored and published once, with the acknowledged amount',
  violations: (state) => {
    const stored = storedPayments(state);
    const published = Map.groupBy(recorded(state), ({ data }) => `${data.orderId} ${data.payment.eventId}`);
    const keys = [...stored].flatMap(([orderId, payments]) => payments.map(({ eventId }) => `${orderId} ${eventId}`));
    return [
      ...[...Map.groupBy(keys, (key) => key)]
        .filter(([key, copies]) => copies.length !== 1 || published.get(key)?.length !== 1)
        .map(
          ([key, copies]) =>
            `${key} is stored ${copies.length} times and published ${published.get(key)?.length ?? 0} times`,
        ),
      ...[...published.keys()].filter((key) => !keys.includes(key)).map((key) => `${key} is published and not stored`),
      ...state.observed.payments
        .filter(({ status }) => status === 200)
        .filter(({ orderId, eventId, amountMinor }) => {
          const payment = stored.get(orderId)?.find((candidate) => candidate.eventId === eventId);
          return payment?.amountMinor !== amountMinor;
        })
        .map(
          ({ orderId, eventId, amountMinor, result }) =>
            `${orderId} ${eventId} of ${amountMinor} was acknowledged as ${result} and is not stored with this amount`,
        ),
    ];
  },
};

const capturedOf = (payments: NonNullable<OrderItem['payments']>) =>
  payments.filter(({ type }) => type === 'payment.captured').reduce((sum, { amountMinor }) => sum + amountMinor, 0);

const capturedIsSum: Checker = {
  name: 'the captured amount of an order is the sum of its captures, and the amount due its total less cancellations',
  violations: (state) => {
    const changes = changesByOrder(state);
    return state.orders.flatMap(({ orderId, payments = [], totalMinor }) => {
      const own = changes.get(orderId) ?? [];
      const last = own.findLast(({ type }) => type === 'PaymentRecorded');
      if (!last) return [];
      const captured = capturedOf(payments);
      const cancelled = own
        .filter(({ type, version }) => isCancellation(type) && version < last.version)
        .reduce((sum, { data }) => sum + Number(data.cancelledMinor ?? 0), 0);
      const editedLater = own
        .filter(({ type, version }) => type === 'OrderEdited' && version > last.version)
        .reduce((sum, { data }) => sum + Number(data.differences.totalMinor), 0);
      const due = last.status === 'expired' ? 0 : totalMinor - editedLater - cancelled;
      const { capturedMinor, dueMinor } = last.data.order;
      return capturedMinor === captured && dueMinor === due
        ? []
        : [`${orderId}: its event has ${capturedMinor} captured of ${dueMinor} due instead of ${captured} of ${due}`];
    });
  },
};

/** Statuses of an order that is open, shipped or cancelled. */
const servedStatuses = new Set([
  'paid',
  'on-hold',
  'allocated',
  'partly-shipped',
  'shipped',
  'delivered',
  'completed',
  'cancelled',
]);

const paidOrdersProceed: Checker = {
  name: 'an order paid in time is open, shipped or cancelled',
  violations: (state) => {
    const { orders } = state;
    const changes = changesByOrder(state);
    const isPaidInTime = ({ data }: Pick<CommittedEvent, 'data'>) =>
      data.payment?.type === 'payment.captured' && data.payment.amountMinor > 0 && data.order.status !== 'expired';
    return orders
      .filter(({ orderId, status }) => changes.get(orderId)?.some(isPaidInTime) && !servedStatuses.has(status))
      .map(({ orderId, status }) => `${orderId} was paid in time and is ${status}`);
  },
};

const onlyPaidIsShipped: Checker = {
  name: 'an order that must be paid is shipped only after payment or after a release by staff',
  violations: (state) => {
    const initialStatuses = new Map(
      state.committed.filter(({ type }) => type === 'OrderPlaced').map(({ data }) => [data.orderId, data.status]),
    );
    const changes = changesByOrder(state);
    const mayBeShipped = ({ orderId, totalMinor, cancelledMinor = 0, payments = [] }: OrderItem) =>
      initialStatuses.get(orderId) === 'paid' ||
      capturedOf(payments) >= totalMinor - cancelledMinor ||
      changes.get(orderId)?.some(({ type, data }) => type === 'OrderReleased' || data.order?.balance === 'settled');
    return state.orders
      .filter((order) => order.channel === payingChannel && order.shipments !== undefined && !mayBeShipped(order))
      .map(({ orderId }) => `${orderId} was shipped without payment or release`);
  },
};

export const paymentCheckers = [paymentsAreStoredOnce, capturedIsSum, paidOrdersProceed, onlyPaidIsShipped];
