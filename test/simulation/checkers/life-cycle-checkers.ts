import { transitions } from '../../../functions/order-intake/order/life-cycle.ts';
import type { OrderItem } from '../../../functions/order-intake/order/order-item.ts';
import type { OrderStatus } from '../../../shared/contracts/orders/status.ts';
import type { FinalState, CommittedEvent } from './final-state.ts';
import type { Checker } from './checkers.ts';

type Change = { type: string; version: number; status: OrderStatus; data: CommittedEvent['data'] };

/** Changes by order id, from the events after `OrderPlaced`, sorted by version. */
export function changesByOrder({ committed }: FinalState): Map<string, Change[]> {
  const orderEvents = committed.filter(({ source }) => source === 'storeworks.order-intake');
  const changes = orderEvents.flatMap(({ type, data }) => {
    const { version, status } = data.order ?? data;
    return data.orderId !== undefined && version !== undefined ? [{ type, version, status, data }] : [];
  });
  const sorted = changes.toSorted((a, b) => a.version - b.version);
  return Map.groupBy(sorted, ({ data }) => String(data.orderId));
}

/** An expiry also cancels units, but without a cancellation request and with its own event. */
export const isCancellation = (type: string) => /^Order(Lines)?Cancelled$/.test(type);

const sum = <T>(items: readonly T[] | undefined, number: (item: T) => number) =>
  (items ?? []).reduce((total, item) => total + number(item), 0);

const everyChangeHasAnEvent: Checker = {
  name: 'every change of an order has one event, and the changes lead to its current state',
  violations: (state) => {
    const changes = changesByOrder(state);
    const earlyPayments = Map.groupBy(
      state.committed.filter(({ type, data }) => type === 'PaymentRecorded' && data.order === null),
      ({ data }) => String(data.orderId),
    );
    const initialStatuses = new Map(
      state.committed.filter(({ type }) => type === 'OrderPlaced').map(({ data }) => [data.orderId, data.status]),
    );
    return state.orders.flatMap(({ orderId, version, status, imported }) => {
      if (imported) return [];
      const own = changes.get(orderId) ?? [];
      const first = (earlyPayments.get(orderId)?.length ?? 0) + 1;
      // A payment that puts an order on hold has two events.
      const versions = new Set(own.map((change) => change.version));
      const last = own.at(-1)?.status ?? initialStatuses.get(orderId);
      return [
        ...(versions.size === version - first && (own.at(-1)?.version ?? first) === version
          ? []
          : [`${orderId} has version ${version}; after version ${first} its events have ${[...versions].join(', ')}`]),
        ...(last === status ? [] : [`${orderId} is ${status}, its last event has ${last}`]),
      ];
    });
  },
};

const isPermitted = (from: OrderStatus, to: OrderStatus) =>
  from === to || Object.values(transitions[from]).includes(to);

const transitionsArePermitted: Checker = {
  name: 'an order makes only permitted transitions',
  violations: (state) => {
    const changes = changesByOrder(state);
    return state.committed
      .filter(({ type }) => type === 'OrderPlaced')
      .flatMap(({ data }) => {
        const statuses: OrderStatus[] = [data.status, ...(changes.get(data.orderId) ?? []).map(({ status }) => status)];
        return statuses.flatMap((to, index) => {
          const from = statuses[index - 1];
          return from === undefined || isPermitted(from, to) ? [] : [`${data.orderId} went from ${from} to ${to}`];
        });
      });
  },
};

const commandsAreDone: Checker = {
  name: 'every confirmed edit, cancellation, shipment and delivery exists once',
  violations: ({ orders, observed }) => {
    const byId = new Map(orders.map((order) => [order.orderId, order]));
    const isDone = (order: OrderItem, what: string, id: string) => {
      if (what === 'edits') return order.edits?.filter(({ editId }) => editId === id).length === 1;
      if (what === 'cancellation') return order.cancellations?.filter(({ requestId }) => requestId === id).length === 1;
      const own = order.shipments?.filter(({ shipmentId }) => shipmentId === id) ?? [];
      if (what === 'shipments') return own.length === 1;
      return !what.endsWith('/delivery') || own[0]?.deliveredAt !== undefined;
    };
    return observed.commands
      .filter(({ status }) => status === 200 || status === 201)
      .flatMap(({ orderId, what, id }) => {
        const order = byId.get(orderId);
        return order && isDone(order, what, id)
          ? []
          : [`${orderId}: ${what} ${id} was confirmed but does not exist once`];
      });
  },
};

const unitsAddUp: Checker = {
  name: 'units and amounts of an order equal the ordered ones less the cancelled and shipped ones',
  violations: (state) => {
    const changes = changesByOrder(state);
    return state.orders.flatMap((order) => {
      if (order.imported) return [];
      const { orderId, status, lines, totalMinor, cancelledMinor = 0, shipments } = order;
      const own = changes.get(orderId) ?? [];
      const cancellations = own.filter(({ type }) => isCancellation(type)).map(({ data }) => data);
      const unitsOf = (documents: { lines: { lineId: string; quantity: number }[] }[] | undefined, lineId: string) =>
        sum(documents, (one) => sum(one.lines, (line) => (line.lineId === lineId ? line.quantity : 0)));
      const open = sum(lines, (l) => l.quantity - (l.cancelledQuantity ?? 0) - (l.shippedQuantity ?? 0));
      const isClosed = ['cancelled', 'shipped', 'delivered', 'completed'].includes(status);
      const wrong = [
        ...lines.map((line) => ['cancelled units', line.cancelledQuantity ?? 0, unitsOf(cancellations, line.lineId)]),
        ...lines.map((line) => ['shipped units', line.shippedQuantity ?? 0, unitsOf(shipments, line.lineId)]),
        ['cancelled minor units', cancelledMinor, sum(cancellations, (one) => Number(one.cancelledMinor))],
        ...(isClosed ? [['open units', open, 0]] : []),
        ...(status === 'cancelled' ? [['cancelled minor units', cancelledMinor, totalMinor]] : []),
        ['minor units below zero', Math.min(0, totalMinor - cancelledMinor), 0],
        ['units below zero', Math.min(0, open), 0],
      ] as const;
      return wrong
        .filter(([, actual, expected]) => actual !== expected)
        .map(([name, actual, expected]) => `${orderId} (${status}) has ${actual} ${name} instead of ${expected}`);
    });
  },
};

const pastDeadlineIsTerminal: Checker = {
  name: 'an order past its deadline is in a terminal state',
  violations: ({ orders, now }) =>
    orders
      .filter(({ status, reservedUntil, completesAt, shipments = [] }) => {
        if (status === 'shipped') return shipments.every(({ deliveredAt }) => deliveredAt !== undefined);
        const awaitsPayment = status === 'payment-pending' || status === 'on-hold';
        const until = awaitsPayment ? reservedUntil : status === 'delivered' ? completesAt : undefined;
        return until != undefined && Date.parse(until) <= now;
      })
      .map(({ orderId, status }) => `${orderId} is still ${status}`),
};

export const lifeCycleCheckers = [
  everyChangeHasAnEvent,
  transitionsArePermitted,
  commandsAreDone,
  unitsAddUp,
  pastDeadlineIsTerminal,
];
