import type { Mutant } from './mutants.ts';

/** Mutants of reservations and stock movements. */
export const stockMutants: Record<string, Mutant> = {
  'reservation-without-condition': {
    file: 'shared/stock/reservation.ts',
    from: "ConditionExpression: at.map(({ path, units }) => `${path}.#a >= ${units}`).join(' AND '),",
    to: '',
    detectedBy: 'no SKU is oversold: available is never negative',
  },
  'reservation-without-available': {
    file: 'shared/stock/reservation.ts',
    from: '`${path}.#a = ${path}.#a - ${units}, ${path}.#r = ${path}.#r + ${units}`',
    to: '`${path}.#r = ${path}.#r + ${units}`',
    detectedBy: 'available equals on hand less reserved less unavailable',
  },
  'movement-without-idempotency': {
    file: 'functions/stock-update/stock/store.ts',
    from: `ConditionExpression: 'attribute_not_exists(contentHash) AND NOT contains(refusals, :cause)',
              ExpressionAttributeValues: { ':id': movementId, ':hash': hash, ':cause': cause.causationId },`,
    to: "ExpressionAttributeValues: { ':id': movementId, ':hash': hash },",
    detectedBy: 'a movement is applied once, and only if its response allows it',
  },
  'movement-not-in-ledger': {
    file: 'functions/stock-update/stock/store.ts',
    from: '{ Put: { TableName: table, Item: outboxItem(stockPartition(sku), event) } },',
    to: "...(event.detail.data.type === 'damage' ? [] : [{ Put: { TableName: table, Item: outboxItem(stockPartition(sku), event) } }]),",
    detectedBy: 'the counters of a SKU are the sum of its movements',
  },
  'damage-not-unavailable': {
    file: 'functions/stock-update/stock/decide.ts',
    from: '...(parts.damaged !== undefined && { damaged: (before.damaged ?? 0) + parts.damaged }),',
    to: '',
    detectedBy: 'unavailable stock is damaged, in inspection or safety stock',
  },
  'lot-without-unavailable-units': {
    file: 'functions/stock-update/stock/lot-changes.ts',
    from: '...(unavailable > 0 && { unavailable }),',
    to: '',
    detectedBy: 'lots and transfers equal the movements into them less the movements and shipments out of them',
  },
  'transfer-not-received': {
    file: 'functions/stock-update/stock/lot-changes.ts',
    from: "type === 'transfer-in' && before) return { ...before, units: before.units - quantity }",
    to: "type === 'transfer-in' && before) return before",
    detectedBy: 'lots and transfers equal the movements into them less the movements and shipments out of them',
  },
  'shipment-recorded-as-one-unit': {
    file: 'shared/stock/reservation-actions.ts',
    from: 'onHandDelta: -units,',
    to: 'onHandDelta: -1,',
    detectedBy: 'the stock of every shipment left its warehouse',
  },
  'rejected-message-without-event': {
    file: 'functions/stock-update/movements/movement-message.ts',
    from: 'await store.reject(movement, result.reason, messageId, cause);',
    to: '',
    detectedBy: 'every movement sent by message is applied or rejected by an event',
  },
  'file-result-without-rejected-rows': {
    file: 'shared/csv/result-file-store.ts',
    from: "reason === undefined ? 'accepted' : 'rejected'",
    to: "'accepted'",
    detectedBy: 'a movement file has one result per row, and every accepted row is in the ledger',
  },
};
