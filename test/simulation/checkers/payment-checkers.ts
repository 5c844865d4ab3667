import type { OrderItem } from '../../../functions/order-intake/order/order-item.ts';
import { type FinalState, type CommittedEvent } from './final-state.ts';
import type { Checker } from './checkers.ts';
import { payingChannel } from '../workload/life-cycle-plan.ts';
import { changesByOrder, isCancellation } from './life-cycle-checkers.ts';

/** The payments that are kept of each order, placed or not. */
const keptPayments = ({ orders, earlyPayments }: FinalState) =>
  new Map([...orders, ...earlyPayments].map(({ orderId, payments = [] }) => [orderId, payments]));

const recorded = ({ committed }: FinalState) => committed.filter(({ type }) => type === 'PaymentRecorded');

const paymentsAreStoredOnce: Checker = {
  name: 'a payment event is stored and published once, with the acknowledged amount',
  violations: (state) => {
    const kept = keptPayments(state);
    const told = Map.groupBy(recorded(state), ({ data }) => `${data.orderId} ${data.payment.eventId}`);
    const keys = [...kept].flatMap(([orderId, payments]) => payments.map(({ eventId }) => `${orderId} ${eventId}`));
    return [
      ...[...Map.groupBy(keys, (key) => key)]
        .filter(([key, copies]) => copies.length !== 1 || told.get(key)?.length !== 1)
        .map(([key, copies]) => `${key} is kept ${copies.length} times and told ${told.get(key)?.length ?? 0} times`),
      ...[...told.keys()].filter((key) => !keys.includes(key)).map((key) => `${key} is told and not kept`),
      ...state.observed.payments
        .filter(({ status }) => status === 200)
        .filter(({ orderId, eventId, amountMinor }) => {
          const payment = kept.get(orderId)?.find((known) => known.eventId === eventId);
          return payment?.amountMinor !== amountMinor;
        })
        .map(
          ({ orderId, eventId, amountMinor, told: as }) => `${orderId} ${eventId} of ${amountMinor} was told as ${as}`,
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
        : [`${orderId}: ${capturedMinor} of ${dueMinor}, its payments sum to ${captured} of ${due}`];
    });
  },
};

/** Statuses of an order that somebody still has to deal with, or that left the house. */
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
    const inTime = ({ data }: Pick<CommittedEvent, 'data'>) =>
      data.payment?.type === 'payment.captured' && data.payment.amountMinor > 0 && data.order.status !== 'expired';
    return orders
      .filter(({ orderId, status }) => changes.get(orderId)?.some(inTime) && !servedStatuses.has(status))
      .map(({ orderId, status }) => `${orderId} was paid in time and is ${status}`);
  },
};

const onlyPaidIsShipped: Checker = {
  name: 'an order that must be paid is shipped only after payment or after a release by staff',
  violations: (state) => {
    const opened = new Map(
      state.committed.filter(({ type }) => type === 'OrderPlaced').map(({ data }) => [data.orderId, data.status]),
    );
    const changes = changesByOrder(state);
    const isFree = ({ orderId, totalMinor, cancelledMinor = 0, payments = [] }: OrderItem) =>
      opened.get(orderId) === 'paid' ||
      capturedOf(payments) >= totalMinor - cancelledMinor ||
      changes.get(orderId)?.some(({ type, data }) => type === 'OrderReleased' || data.order?.balance === 'settled');
    return state.orders
      .filter((order) => order.channel === payingChannel && order.shipments !== undefined && !isFree(order))
      .map(({ orderId }) => `${orderId} was shipped unpaid`);
  },
};

export const paymentCheckers = [paymentsAreStoredOnce, capturedIsSum, paidOrdersProceed, onlyPaidIsShipped];
