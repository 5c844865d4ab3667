import type { Mutant } from './mutants.ts';

/** Mistakes in how orders are taken. */
export const orderMutants: Record<string, Mutant> = {
  'order-without-identity': {
    file: 'functions/order-intake/order/placement-store.ts',
    from: 'Item: { ...item, ...keys }, ...expectVersion(awaitedVersion) } },',
    to: 'Item: { ...item, ...keys } } },',
    detectedBy: 'each external order id is one order',
  },
  'order-confirmed-before-it-is-kept': {
    file: 'functions/order-intake/placement/place.ts',
    from: "if (outcome === 'done') return decision;",
    to: "if (outcome === 'done' || outcome === 'version-conflict') return decision;",
    detectedBy: 'every order that a caller was told of exists',
  },
  'order-replayed-in-new-words': {
    file: 'functions/order-intake/order/responses.ts',
    from: "return firstAnswer(200, await store.placed(orderId, decision.placedEventId), { 'idempotent-replayed': 'true' });",
    to: 'return { status: 200, body: { ...answerOf(await store.placed(orderId, decision.placedEventId)), again: true } };',
    detectedBy: 'an order sent again gets its first answer again',
  },
  'changed-content-is-taken-for-a-replay': {
    file: 'functions/order-intake/order/decide.ts',
    from: 'if (known.order?.contentHash === placement.contentHash) {',
    to: 'if (known.order) {',
    detectedBy: 'every order that a caller was told of exists',
  },
  'want-of-stock-is-told-after-the-order-is-kept': {
    file: 'functions/order-intake/placement/place.ts',
    from: "if (outcome === 'done') return decision;",
    to: "if (outcome === 'done') return decision.takes.length > 1 ? { kind: 'out-of-stock', lines: [] } : decision;",
    detectedBy: 'content that was refused did not become an order',
  },
  'placement-that-does-not-end': {
    file: 'functions/order-intake/placement/chunked-placement-store.ts',
    from: "...end(open, 'reserving', steps),",
    to: '',
    detectedBy: 'what is reserved is what open orders wait for',
  },
  'queued-order-refused-in-silence': {
    file: 'functions/order-intake/queue/place-queued-job.ts',
    from: 'await refuseAll(store, refused, now);',
    to: '',
    detectedBy: 'every order that was accepted for later is placed or refused',
  },
  'import-without-identity': {
    file: 'functions/order-intake/import/import-store.ts',
    from: "{ Put: { TableName: table, Item: { ...item, ...keys }, ConditionExpression: 'attribute_not_exists(pk)' } },",
    to: '{ Put: { TableName: table, Item: { ...item, ...keys } } },',
    detectedBy: 'an order of a file is taken over once',
  },
};
