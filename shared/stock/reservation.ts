import type { Action } from '../dynamodb/database.ts';
import { stockKey } from './stock-item.ts';

/** Units of one SKU, with each warehouse at most once. */
export type Reservation = { sku: string; from: readonly { warehouse: string; units: number }[] };

/**
 * Reserves units of a SKU, as an action of an order's transaction. Its condition fails if a warehouse has fewer units
 * available. Orders change stock only by this action and those of `reservation-actions.ts`, which `stock-update` owns.
 */
export function reserveAction(stockTable: string, { sku, from }: Reservation): Action {
  // Short names, because an expression has at most 4 KB and a SKU may be in many warehouses.
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

/** Units of lines, summed by SKU and warehouse: one reservation, and thus one action of a transaction, per SKU. */
export const reservationsOf = (lines: readonly { sku: string; warehouse: string; quantity: number }[]): Reservation[] =>
  [...Map.groupBy(lines, ({ sku }) => sku)].map(([sku, own]) => ({
    sku,
    from: [...Map.groupBy(own, ({ warehouse }) => warehouse)].map(([warehouse, parts]) => ({
      warehouse,
      units: parts.reduce((sum, { quantity }) => sum + quantity, 0),
    })),
  }));
