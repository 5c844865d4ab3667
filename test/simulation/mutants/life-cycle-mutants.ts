import type { Mutant } from './mutants.ts';

/** Mutants of the order life cycle and payments. */
export const lifeCycleMutants: Record<string, Mutant> = {
  'order-change-without-event': {
    file: 'functions/order-intake/order/order-store.ts',
    from: '...events.map((draft) => ({',
    to: '...events.slice(1).map((draft) => ({',
    detectedBy: 'every change of an order has one event, and the changes lead to its current state',
  },
  'order-change-without-version': {
    file: 'functions/order-intake/order/order-store.ts',
    from: 'Item: { ...order, ...keys }, ...expectVersion(before.version) } },',
    to: 'Item: { ...order, ...keys } } },',
    detectedBy: 'a payment event is stored and published once, with the acknowledged amount',
  },
  'completed-order-becomes-shipped': {
    file: 'functions/order-intake/order/life-cycle.ts',
    from: "complete: 'completed' },",
    to: "complete: 'shipped' },",
    detectedBy: 'an order makes only permitted transitions',
  },
  'shipment-overwrites-shipments': {
    file: 'functions/order-intake/fulfilment/shipping.ts',
    from: 'shipments: [...(order.shipments ?? []), shipment]',
    to: 'shipments: [shipment]',
    detectedBy: 'every confirmed edit, cancellation, shipment and delivery exists once',
  },
  'cancellation-overwrites-amount': {
    file: 'functions/order-intake/order/cancel-units.ts',
    from: 'cancelledMinor: before + cancelledMinor,',
    to: 'cancelledMinor,',
    detectedBy: 'units and amounts of an order equal the ordered ones less the cancelled and shipped ones',
  },
  'edit-without-idempotency': {
    file: 'functions/order-intake/editing/edit.ts',
    from: 'order.edits?.find(({ editId }) => editId === content.editId);',
    to: 'order.edits?.find(({ editId }) => editId === `not ${content.editId}`);',
    detectedBy: 'every confirmed edit, cancellation, shipment and delivery exists once',
  },
  'edit-without-reservation': {
    file: 'functions/order-intake/editing/edit.ts',
    from: "const stock = { kind: 'exchange' as const, reservations: units.reservations };",
    to: "const stock = { kind: 'exchange' as const, reservations: units.reservations.slice(1) };",
    detectedBy: 'reserved stock equals the demand of open orders',
  },
  'edit-event-without-lines': {
    file: 'functions/order-intake/editing/edit.ts',
    from: 'taxMinor: taxMinor - before.taxMinor,',
    to: 'taxMinor: 0,',
    detectedBy: 'an order equals the placed order with its edits',
  },
  'sweep-without-completion': {
    file: 'functions/order-intake/order/hold-expiry-job.ts',
    from: "order.status === 'delivered' ? complete(order, cause.now) : expireUnpaid(order, cause.now);",
    to: 'expireUnpaid(order, cause.now);',
    detectedBy: 'an order past its deadline is in a terminal state',
  },
  'partly-cancelled-order-not-shipped': {
    file: 'functions/order-intake/order/cancel-units.ts',
    from: "'cancel-rest-delivered' : 'cancel-rest'",
    to: "'cancel-rest' : 'cancel-rest'",
    detectedBy: 'an order past its deadline is in a terminal state',
  },
  'expiry-without-release': {
    file: 'functions/order-intake/order/deadlines.ts',
    from: 'reservations: reservationsOf(lines),',
    to: 'reservations: reservationsOf(lines).slice(1),',
    detectedBy: 'reserved stock equals the demand of open orders',
  },
  'payment-without-idempotency': {
    file: 'functions/order-intake/payments/record-payment.ts',
    from: 'payments.find((known) => known.eventId === eventId && known.provider === provider);',
    to: 'payments.find((known) => known.eventId === eventId && known.provider === `not ${provider}`);',
    detectedBy: 'a payment event is stored and published once, with the acknowledged amount',
  },
  'largest-capture-only': {
    file: 'functions/order-intake/order/payment.ts',
    from: '.reduce((sum, { amountMinor }) => sum + amountMinor, 0);',
    to: '.reduce((sum, { amountMinor }) => Math.max(sum, amountMinor), 0);',
    detectedBy:
      'the captured amount of an order is the sum of its captures, and the amount due its total less cancellations',
  },
  'partial-payment-as-unpaid': {
    file: 'functions/order-intake/order/payment.ts',
    from: "next(order.status, reasons.size > 0 ? 'hold' : 'pay')",
    to: "next(order.status, reasons.size > 0 ? 'release-awaiting' : 'pay')",
    detectedBy: 'an order paid in time is open, shipped or cancelled',
  },
  'unpaid-order-shipped': {
    file: 'functions/order-intake/order/life-cycle.ts',
    from: "'payment-pending': {",
    to: "'payment-pending': { ...shippable,",
    detectedBy: 'an order that must be paid is shipped only after payment or after a release by staff',
  },
};
