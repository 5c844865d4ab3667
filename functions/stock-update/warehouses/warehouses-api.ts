import type { HttpResponse } from '../../../shared/contracts/problem.ts';
import type { WarehouseResponse } from '../../../shared/contracts/stock/level-routes.ts';

/** Serves the warehouses of the store's settings. */
export const listWarehouses = (warehouses: readonly WarehouseResponse[]) => async (): Promise<HttpResponse> => ({
  status: 200,
  body: { warehouses },
});
