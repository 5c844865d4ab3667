import { descendantsOf } from '../../../shared/catalog/category-tree.ts';
import { productShards } from '../../../shared/catalog/product.ts';
import { lastChangeAt, stateAt } from '../../../shared/catalog/publication.ts';
import type * as routes from '../../../shared/contracts/catalog/product-routes.ts';
import { timeRangeOf } from '../../../shared/contracts/list-query.ts';
import type { HttpResponse } from '../../../shared/contracts/problem.ts';
import type { Cursors } from '../../../shared/dynamodb/cursor.ts';
import { collectPage, oldestOf } from '../../../shared/dynamodb/list-page.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import type { Channels } from '../../../shared/store.ts';
import type { StoredProduct } from './decide.ts';
import { readerOf } from './product-api.ts';
import { isVisibleTo, listedProduct } from './product-response.ts';
import type { ProductStore } from './product-store.ts';

const positionPattern = /^PRODUCT#[A-Za-z0-9._~-]{1,128}$/;

/** Serves a page of the list of products. `timeZone` is the IANA zone of the business days. */
export const listProducts =
  (store: ProductStore, cursors: Cursors, timeZone: string, channels: Channels) =>
  async ({ query, caller, cause }: Request<typeof routes.listProducts>): Promise<HttpResponse> => {
    const { limit, cursor, category, label, status, changedSince } = query;
    const list = { list: 'products', category, label, status, changedSince, caller: caller.clientId };
    const start = await cursors.startAfter(cursor, list, positionPattern);
    if ('refusal' in start) return start.refusal;

    const reader = readerOf(caller.clientId, channels, cause.now);
    const categories = await store.categories();
    const within =
      category === undefined
        ? undefined
        : new Set([category, ...descendantsOf(categories, category).map(({ categoryId }) => categoryId)]);
    const since = timeRangeOf({ from: changedSince }, timeZone)?.from;
    const isListed = (product: StoredProduct) => {
      const { record, changedAt } = product;
      return (
        isVisibleTo(reader, product) &&
        (within === undefined || (record.categoryId !== undefined && within.has(record.categoryId))) &&
        (label === undefined || record.labels.includes(label)) &&
        (status === undefined || status.includes(stateAt(record, cause.now))) &&
        (since === undefined || lastChangeAt(record, changedAt, cause.now) >= since)
      );
    };
    const read = async (keys: string[]) =>
      new Map(
        [...(await store.products(keys))]
          .filter(([, product]) => isListed(product))
          .map(([key, product]) => [key, listedProduct(product, categories, reader)] as const),
      );
    const isFiltered =
      reader.isChannel || [category, label, status, changedSince].some((filter) => filter !== undefined);
    const source = oldestOf(productShards.keys, store.partitionKeys);
    const { entries, last } = await collectPage(source, read, { limit, after: start.after, isFiltered });
    return {
      status: 200,
      body: { products: entries, ...(last !== undefined && { cursor: await cursors.of(list, last) }) },
    };
  };
