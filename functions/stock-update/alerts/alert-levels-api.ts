import type { HttpResponse } from '../../../shared/contracts/problem.ts';
import type * as routes from '../../../shared/contracts/stock/routes.ts';
import { contentHash } from '../../../shared/ids.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import { unknownSku } from '../stock/responses.ts';
import type { StockStore } from '../stock/store.ts';
import type { AlertStore } from './alert-store.ts';

/** Identical levels publish no event. */
export const putAlertLevels =
  (store: StockStore, alerts: AlertStore) =>
  async ({ params: { sku }, body, cause }: Request<typeof routes.putAlertLevels>): Promise<HttpResponse> => {
    const { isInCatalogue, stock } = await store.stock(sku);
    if (!isInCatalogue) return unknownSku;
    if (contentHash(stock?.levels ?? null) !== contentHash(body)) await alerts.setLevels(sku, body, cause);
    return { status: 200, body };
  };
