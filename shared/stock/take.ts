import type { Action } from '../dynamodb/database.ts';
import { stockKey } from './stock-item.ts';

/** Units of one SKU to reserve, in each warehouse at most once. */
export type Take = { sku: string; from: readonly { warehouse: string; units: number }[] };

/**
 * Reserves units of a SKU, as an action of the transaction of an order. Every warehouse must have what is taken from it,
 * or the transaction is cancelled. This is the only way in which an order changes stock; `stock-update` owns it.
 */
export function takeAction(stockTable: string, { sku, from }: Take): Action {
  // Short names: an expression has at most 4 KB, and a SKU may lie in many warehouses.
  const at = from.map((_, index) => ({ path: `#s.#${index}`, units: `:${index}` }));
  const sets = at.map(({ path, units }) => `${path}.#a = ${path}.#a - ${units}, ${path}.#r = ${path}.#r + ${units}`);
  return {
    Update: {
      TableName: stockTable,
      Key: stockKey(sku),
      UpdateExpression: `SET ${sets.join(', ')} ADD #t :once`,
      ConditionExpression: at.map(({ path, units }) => `${path}.#a >= ${units}`).join(' AND '),
      ExpressionAttributeNames: {
        '#s': 'warehouses',
        '#a': 'available',
        '#r': 'reserved',
        '#t': 'takes',
        ...Object.fromEntries(from.map(({ warehouse }, index) => [`#${index}`, warehouse])),
      },
      ExpressionAttributeValues: {
        ':once': 1,
        ...Object.fromEntries(from.map(({ units }, index) => [`:${index}`, units])),
      },
    },
  };
}

/** Units of lines, summed by SKU and warehouse: one take, and so one action of a transaction, for each SKU. */
export const takesOf = (lines: readonly { sku: string; warehouse: string; quantity: number }[]): Take[] =>
  [...Map.groupBy(lines, ({ sku }) => sku)].map(([sku, own]) => ({
    sku,
    from: [...Map.groupBy(own, ({ warehouse }) => warehouse)].map(([warehouse, parts]) => ({
      warehouse,
      units: parts.reduce((sum, { quantity }) => sum + quantity, 0),
    })),
  }));
