import type * as routes from '../../../shared/contracts/catalog/routes.ts';
import { timeRangeOf } from '../../../shared/contracts/list-query.ts';
import type { HttpResponse } from '../../../shared/contracts/problem.ts';
import { skuShards } from '../../../shared/catalog/sku-item.ts';
import type { Cursors } from '../../../shared/dynamodb/cursor.ts';
import { collectPage, oldestOf } from '../../../shared/dynamodb/list-page.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import type { Channels } from '../../../shared/store.ts';
import { isOfProduct, type ReadProducts, variantKeys, withLabel } from './product-filter.ts';
import type { ListedSku, SkuListStore } from './sku-list-store.ts';
import { skuFor } from './visibility.ts';

const positionPattern = /^SKU#[A-Za-z0-9._-]{1,64}$/;

/** Serves a page of the list of SKUs. `timeZone` is the IANA zone of the business days. */
export const listSkus =
  (store: SkuListStore, readProducts: ReadProducts, cursors: Cursors, timeZone: string, channels: Channels) =>
  async ({ query, caller, cause }: Request<typeof routes.listSkus>): Promise<HttpResponse> => {
    const { limit, cursor, ...filters } = query;
    const { category, active, product, label, changedSince } = filters;
    const list = { list: 'skus', ...filters, caller: caller.clientId };
    const start = await cursors.startAfter(cursor, list, positionPattern);
    if ('refusal' in start) return start.refusal;
    const { after } = start;

    const since = timeRangeOf({ from: changedSince }, timeZone)?.from;
    const isListed = (sku: ListedSku) =>
      (category === undefined || sku.category === category) &&
      (active === undefined || sku.active === (active === 'true')) &&
      (since === undefined || sku.changedAt >= since) &&
      isOfProduct(sku, filters, cause.now);
    const read = async (keys: string[]) => {
      const seen = [...(await store.read(keys))].flatMap(([key, sku]) => {
        const shown = isListed(sku) ? skuFor(sku, caller.clientId, channels, cause.now) : undefined;
        return shown ? [[key, shown] as const] : [];
      });
      return withLabel(new Map(seen), label, readProducts);
    };
    const isFiltered = Object.values(filters).some((filter) => filter !== undefined);
    const source =
      product === undefined ? oldestOf(skuShards.keys, store.partitionKeys) : await variantKeys(product, readProducts);
    const { entries, last } = await collectPage(source, read, { limit, after, isFiltered });
    return {
      status: 200,
      body: { skus: entries, ...(last !== undefined && { cursor: await cursors.of(list, last) }) },
    };
  };
