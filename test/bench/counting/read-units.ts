import { type Item, itemSize, readUnitsOf } from './item-size.ts';
import type { RecordedCall } from './recorder.ts';

type Keys = { Keys: object[]; ConsistentRead?: boolean };
type Input = { ConsistentRead?: boolean; RequestItems?: Record<string, Keys> };
type Output = { Item?: Item; Items?: Item[]; Responses?: Record<string, Item[]> };

/** Read units of a call, from the sizes of the returned items; 0 for other calls. */
export function readUnits({ service, operation, status, body, response }: RecordedCall): number {
  if (service !== 'dynamodb' || !/^(BatchGetItem|GetItem|Query)$/.test(operation) || status !== 200) return 0;
  const input = JSON.parse(body) as Input;
  const { Item: item, Items: items = [], Responses: responses = {} } = JSON.parse(response) as Output;
  const isConsistent = input.ConsistentRead ?? false;
  if (operation === 'Query') {
    const bytes = items.reduce((sum, each) => sum + itemSize(each), 0);
    return readUnitsOf(bytes, isConsistent);
  }
  if (operation === 'GetItem') return readUnitsOf(item ? itemSize(item) : 0, isConsistent);
  return Object.entries(input.RequestItems ?? {}).reduce((sum, [table, { Keys, ConsistentRead = false }]) => {
    const found = responses[table] ?? [];
    // A missing item costs as much as the smallest item.
    const units = found.reduce((of, each) => of + readUnitsOf(itemSize(each), ConsistentRead), 0);
    return sum + units + (Keys.length - found.length) * readUnitsOf(0, ConsistentRead);
  }, 0);
}
