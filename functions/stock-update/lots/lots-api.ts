import { businessDays } from '../../../shared/business-day.ts';
import type { HttpResponse } from '../../../shared/contracts/problem.ts';
import type * as routes from '../../../shared/contracts/stock/routes.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import { unknownSku } from '../stock/responses.ts';
import type { StockStore } from '../stock/store.ts';
import { firstExpiredFirst, isExpired, suggestLots } from './lots.ts';

export const getLots =
  (store: StockStore, timeZone: string) =>
  async ({ params: { sku }, query, cause }: Request<typeof routes.getLots>): Promise<HttpResponse> => {
    const [{ isInCatalogue }, all] = await Promise.all([store.stock(sku), store.lots(sku)]);
    if (!isInCatalogue) return unknownSku;
    const { warehouse: only, units: requestedUnits = 0 } = query;
    const lots = all.filter(({ warehouse }) => only === undefined || warehouse === only).toSorted(firstExpiredFirst);
    const today = businessDays(timeZone)(cause.now);
    const listed = lots.map(({ warehouse, lot, units, unavailable = 0, expiresOn }) => ({
      warehouse,
      lot,
      units,
      unavailable,
      expiresOn,
      isExpired: isExpired({ expiresOn }, today),
    }));
    return { status: 200, body: { sku, lots: listed, ...suggestLots(lots, requestedUnits, today) } };
  };
