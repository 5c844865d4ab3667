import type { Mutant } from './mutants.ts';

/** Mistakes in how stock is taken and moved. */
export const stockMutants: Record<string, Mutant> = {
  'take-without-condition': {
    file: 'shared/stock/reservation.ts',
    from: "ConditionExpression: at.map(({ path, units }) => `${path}.#a >= ${units}`).join(' AND '),",
    to: '',
    detectedBy: 'nothing is sold that is not there',
  },
  'take-forgets-available': {
    file: 'shared/stock/reservation.ts',
    from: '`${path}.#a = ${path}.#a - ${units}, ${path}.#r = ${path}.#r + ${units}`',
    to: '`${path}.#r = ${path}.#r + ${units}`',
    detectedBy: 'available is on hand less reserved less unavailable',
  },
  'movement-without-identity': {
    file: 'functions/stock-update/stock/store.ts',
    from: `ConditionExpression: 'attribute_not_exists(contentHash) AND NOT contains(refusals, :cause)',
              ExpressionAttributeValues: { ':id': movementId, ':hash': hash, ':cause': cause.causationId },`,
    to: "ExpressionAttributeValues: { ':id': movementId, ':hash': hash },",
    detectedBy: 'a movement is applied once',
  },
  'movement-beside-the-ledger': {
    file: 'functions/stock-update/stock/store.ts',
    from: '{ Put: { TableName: table, Item: outboxItem(stockPartition(sku), event) } },',
    to: "...(event.detail.data.type === 'damage' ? [] : [{ Put: { TableName: table, Item: outboxItem(stockPartition(sku), event) } }]),",
    detectedBy: 'the movements of a SKU sum to its counters',
  },
  'damage-without-a-reason': {
    file: 'functions/stock-update/stock/decide.ts',
    from: '...(parts.damaged !== undefined && { damaged: (before.damaged ?? 0) + parts.damaged }),',
    to: '',
    detectedBy: 'what is unavailable is damaged, under inspection or kept back',
  },
  'lot-of-available-units-only': {
    file: 'functions/stock-update/stock/decide.ts',
    from: '...(unavailable > 0 && { unavailable }),',
    to: '',
    detectedBy: 'lots and transfers hold what movements brought into them',
  },
  'transfer-that-never-arrives': {
    file: 'functions/stock-update/stock/decide.ts',
    from: 'units: before.units - quantity }',
    to: 'units: before.units }',
    detectedBy: 'lots and transfers hold what movements brought into them',
  },
  'shipment-of-one-in-the-ledger': {
    file: 'shared/stock/reservation-actions.ts',
    from: 'onHandDelta: -units,',
    to: 'onHandDelta: -1,',
    detectedBy: 'what orders shipped left the warehouses',
  },
  'message-refused-in-silence': {
    file: 'functions/stock-update/movements/movement-message.ts',
    from: 'await store.reject(movement, result.reason, messageId, cause);',
    to: '',
    detectedBy: 'a movement that came by message is applied, or an event says why not',
  },
  'file-of-accepted-rows': {
    file: 'functions/stock-update/file-import/result-file-store.ts',
    from: "reason === undefined ? 'accepted' : 'rejected'",
    to: "'accepted'",
    detectedBy: 'a file of movements is answered row by row',
  },
};
