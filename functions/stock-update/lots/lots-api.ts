import { businessDays } from '../../../shared/business-day.ts';
import type { HttpResponse } from '../../../shared/contracts/problem.ts';
import type * as routes from '../../../shared/contracts/stock/routes.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import { lotResponse, unknownSku } from '../stock/responses.ts';
import type { StockStore } from '../stock/store.ts';
import { expiryCutoff, type LotExpirySettings, firstExpiredFirst, suggestLots } from '../../../shared/stock/lot.ts';

export const getLots =
  (store: StockStore, env: LotExpirySettings) =>
  async ({ params: { sku }, query, cause }: Request<typeof routes.getLots>): Promise<HttpResponse> => {
    const [{ isInCatalogue }, all] = await Promise.all([store.stock(sku), store.lots(sku)]);
    if (!isInCatalogue) return unknownSku;
    const { warehouse: only, units: requestedUnits = 0 } = query;
    const lots = all.filter(({ warehouse }) => only === undefined || warehouse === only).toSorted(firstExpiredFirst);
    const today = businessDays(env.TIME_ZONE)(cause.now);
    const cutoff = expiryCutoff(env)(cause.now);
    const listed = lots.map((lot) => lotResponse(lot, today, cutoff));
    return { status: 200, body: { sku, lots: listed, ...suggestLots(lots, requestedUnits, cutoff) } };
  };
