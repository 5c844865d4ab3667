import type { Action } from '../database.ts';
import { stockKey } from './stock-item.ts';
import type { Take } from './take.ts';

/**
 * Gives reserved units of a SKU back, as an action of the transaction of an order: the reverse of `takeAction` with the
 * same `Take`. `stock-update` owns it. Whoever calls it marks in the same transaction that it is done, as a second
 * release would give back what others reserved.
 */
export function releaseAction(stockTable: string, { sku, from }: Take): Action {
  const at = from.map((_, index) => ({ path: `#s.#${index}`, units: `:${index}` }));
  const sets = at.map(({ path, units }) => `${path}.#a = ${path}.#a + ${units}, ${path}.#r = ${path}.#r - ${units}`);
  return {
    Update: {
      TableName: stockTable,
      Key: stockKey(sku),
      UpdateExpression: `SET ${sets.join(', ')}`,
      ConditionExpression: at.map(({ path, units }) => `${path}.#r >= ${units}`).join(' AND '),
      ExpressionAttributeNames: {
        '#s': 'warehouses',
        '#a': 'available',
        '#r': 'reserved',
        ...Object.fromEntries(from.map(({ warehouse }, index) => [`#${index}`, warehouse])),
      },
      ExpressionAttributeValues: Object.fromEntries(from.map(({ units }, index) => [`:${index}`, units])),
    },
  };
}
