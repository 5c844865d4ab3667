import { didYouMean } from '../input/closest.ts';
import { invalidParameter } from '../contracts/list-query.ts';
import { type HttpResponse, problem } from '../contracts/problem.ts';
import { type WarehouseCodes, warehouseProblem } from '../store.ts';

/** The 400 response to a filter by a warehouse that the settings do not have; undefined if they have it. */
export function unknownWarehouseFilter(warehouse: string | undefined, known: WarehouseCodes): HttpResponse | undefined {
  const detail = warehouse === undefined ? undefined : warehouseProblem(warehouse, known);
  return detail === undefined ? undefined : invalidParameter('warehouse', detail);
}

/** The 404 response to a path of a warehouse that the settings do not have; undefined if they have it. */
export const unknownWarehousePath = (warehouse: string, known: WarehouseCodes): HttpResponse | undefined =>
  known.includes(warehouse)
    ? undefined
    : problem(404, 'unknown-warehouse', `There is no warehouse ${warehouse}${didYouMean(warehouse, known)}`);
