import type { Mutant } from './mutants.ts';

/** Mutants of order placement and import. */
export const orderMutants: Record<string, Mutant> = {
  'order-without-idempotency': {
    file: 'functions/order-intake/order/placement-store.ts',
    from: 'Item: { ...item, ...keys }, ...expectVersion(earlyPaymentsVersion) } },',
    to: 'Item: { ...item, ...keys } } },',
    detectedBy: 'each external order id has one order with one OrderPlaced event',
  },
  'order-confirmed-before-commit': {
    file: 'functions/order-intake/placement/place.ts',
    from: "if (outcome === 'done') return decision;",
    to: "if (outcome === 'done' || outcome === 'version-conflict') return decision;",
    detectedBy: 'every confirmed order exists with the same content',
  },
  'replay-with-changed-body': {
    file: 'functions/order-intake/order/responses.ts',
    from: "=> placedResponse(200, order, { 'idempotent-replayed': 'true' });",
    to: '=> ({ status: 200, body: { ...orderBody(order), again: true } });',
    detectedBy: 'a repeated order gets its first response',
  },
  'changed-content-as-replay': {
    file: 'functions/order-intake/order/decide.ts',
    from: 'return hasHash(contentHash, placement)',
    to: "return contentHash !== ''",
    detectedBy: 'every confirmed order exists with the same content',
  },
  'out-of-stock-after-commit': {
    file: 'functions/order-intake/placement/place.ts',
    from: "if (outcome === 'done') return decision;",
    to: "if (outcome === 'done') return decision.reservations.length > 1 ? { kind: 'out-of-stock', lines: [] } : decision;",
    detectedBy: 'refused content is not an order',
  },
  'chunked-placement-not-finished': {
    file: 'functions/order-intake/placement/chunked-placement-store.ts',
    from: "        ...end(open, 'reserving', chunks),\n",
    to: '',
    detectedBy: 'reserved stock equals the demand of open orders',
  },
  'queued-order-refused-without-record': {
    file: 'functions/order-intake/queue/place-queued-job.ts',
    from: 'await refuseAll(stores, refused, now);',
    to: '',
    detectedBy: 'every queued order is placed or refused, without remains of chunked placements',
  },
  'edit-keeps-taxes-by-rate': {
    file: 'functions/order-intake/editing/edit.ts',
    from: 'taxes: order.taxes && orderTaxes(goods, taxed, taxation)',
    to: 'taxes: order.taxes',
    detectedBy: 'the taxes of an order by rate sum to its tax',
  },
  'import-without-idempotency': {
    file: 'functions/order-intake/import/import-store.ts',
    from: "{ Put: { TableName: table, Item: { ...item, ...keys }, ConditionExpression: 'attribute_not_exists(pk)' } },",
    to: '{ Put: { TableName: table, Item: { ...item, ...keys } } },',
    detectedBy: 'an order of an import file is imported once, and the file has a result',
  },
};
