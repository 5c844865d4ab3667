import type { PriceGuard } from '../../shared/catalog/price-guard.ts';
import { SkuPricesContent } from '../../shared/contracts/catalog/price-routes.ts';
import { SkuContent } from '../../shared/contracts/catalog/routes.ts';
import type { Targets } from './approvals/price-change-api.ts';
import { savedResponse as pricesResponse, savePrices, tagOfPrices } from './prices/sku-prices-api.ts';
import { type Guard, saveSku, savedResponse, tagOfSku } from './skus/sku-api.ts';
import type { CatalogStore } from './skus/sku-store.ts';

/** What requested prices change: a SKU, or its prices in a list. */
export function priceChangeTargets(store: CatalogStore, guard: Guard & { priceGuard: PriceGuard }): Targets {
  const saveOwn = saveSku(store, guard);
  const saveInList = savePrices(store, guard.priceGuard);
  const tagInList = tagOfPrices(store, guard.priceGuard);

  return {
    tagOf: async ({ sku, listId }, now) =>
      listId === undefined ? tagOfSku(await store.read(sku)) : tagInList({ sku, listId }, now),

    async apply({ sku, listId, content, base }, { cause, ...options }) {
      // The tag was compared with `base`; a change since then is a version conflict of the decision.
      const ifMatch = base === tagOfSku(undefined) ? undefined : base;
      const given = { ...options, ifMatch };
      if (listId === undefined) {
        const body = SkuContent.parse(content);
        const saved = await saveOwn(sku, body, cause, given);
        return { response: savedResponse(saved, body), isWritten: 'next' in saved };
      }
      const result = await saveInList({ listId, sku }, SkuPricesContent.parse(content).prices, cause, given);
      return { response: pricesResponse(result, cause.now), isWritten: result.saved.kind === 'written' };
    },
  };
}
