import type { Mutant } from './mutants.ts';

/** Mistakes in what becomes of orders and their money. */
export const lifeCycleMutants: Record<string, Mutant> = {
  'change-without-its-event': {
    file: 'functions/order-intake/order/order-store.ts',
    from: '...events.map((tell) => ({',
    to: '...events.slice(1).map((tell) => ({',
    detectedBy: 'every change of an order is told by one event',
  },
  'change-over-another': {
    file: 'functions/order-intake/order/order-store.ts',
    from: 'Item: { ...order, ...keys }, ...expectVersion(before.version) } },',
    to: 'Item: { ...order, ...keys } } },',
    detectedBy: 'a payment event is kept and told once',
  },
  'completed-is-shipped-again': {
    file: 'functions/order-intake/order/life-cycle.ts',
    from: "complete: 'completed' },",
    to: "complete: 'shipped' },",
    detectedBy: 'an order goes no way that its life cycle does not have',
  },
  'shipment-forgets-the-one-before': {
    file: 'functions/order-intake/fulfilment/shipping.ts',
    from: 'shipments: [...(order.shipments ?? []), shipment]',
    to: 'shipments: [shipment]',
    detectedBy: 'what a caller was told as edited, cancelled, shipped or delivered is so',
  },
  'cancellation-forgets-the-one-before': {
    file: 'functions/order-intake/order/cancel-units.ts',
    from: 'cancelledMinor: before + cancelledMinor,',
    to: 'cancelledMinor,',
    detectedBy: 'units and money of an order are what was ordered',
  },
  'edit-without-identity': {
    file: 'functions/order-intake/editing/edit.ts',
    from: 'order.edits?.find(({ editId }) => editId === content.editId);',
    to: 'order.edits?.find(({ editId }) => editId === `not ${content.editId}`);',
    detectedBy: 'what a caller was told as edited, cancelled, shipped or delivered is so',
  },
  'edit-takes-no-stock': {
    file: 'functions/order-intake/editing/edit.ts',
    from: "const stock = { kind: 'exchange' as const, takes: units.reservations };",
    to: "const stock = { kind: 'exchange' as const, takes: units.reservations.slice(1) };",
    detectedBy: 'what is reserved is what open orders wait for',
  },
  'edit-tells-the-total-alone': {
    file: 'functions/order-intake/editing/edit.ts',
    from: 'taxMinor: taxMinor - before.taxMinor,',
    to: 'taxMinor: 0,',
    detectedBy: 'an order is what was placed and what its edits made of it',
  },
  'sweep-without-completion': {
    file: 'functions/order-intake/order/hold-expiry-job.ts',
    from: "order.status === 'delivered' ? complete(order, cause.now) : expireUnpaid(order, cause.now);",
    to: 'expireUnpaid(order, cause.now);',
    detectedBy: 'an order whose time is over has ended',
  },
  'cancelled-rest-waits-for-a-parcel': {
    file: 'functions/order-intake/order/cancel-units.ts',
    from: "'cancel-rest-delivered' : 'cancel-rest'",
    to: "'cancel-rest' : 'cancel-rest'",
    detectedBy: 'an order whose time is over has ended',
  },
  'expiry-keeps-the-stock': {
    file: 'functions/order-intake/order/deadlines.ts',
    from: 'takes: reservationsOf(lines),',
    to: 'takes: reservationsOf(lines).slice(1),',
    detectedBy: 'what is reserved is what open orders wait for',
  },
  'payment-without-identity': {
    file: 'functions/order-intake/payments/record-payment.ts',
    from: 'payments.find((known) => known.eventId === eventId && known.provider === provider);',
    to: 'payments.find((known) => known.eventId === eventId && known.provider === `not ${provider}`);',
    detectedBy: 'a payment event is kept and told once',
  },
  'only-the-largest-capture-counts': {
    file: 'functions/order-intake/order/payment.ts',
    from: '.reduce((sum, { amountMinor }) => sum + amountMinor, 0);',
    to: '.reduce((sum, { amountMinor }) => Math.max(sum, amountMinor), 0);',
    detectedBy: 'what is captured of an order is the sum of its captures',
  },
  'paid-in-part-is-as-good-as-unpaid': {
    file: 'functions/order-intake/order/payment.ts',
    from: "next(order.status, reasons.size > 0 ? 'hold' : 'pay')",
    to: "next(order.status, reasons.size > 0 ? 'release-awaiting' : 'pay')",
    detectedBy: 'an order that was paid in time is open, shipped or cancelled',
  },
  'unpaid-is-shipped': {
    file: 'functions/order-intake/order/life-cycle.ts',
    from: "'payment-pending': {",
    to: "'payment-pending': { ...shippable,",
    detectedBy: 'an order that must be paid leaves the house only when it is',
  },
};
