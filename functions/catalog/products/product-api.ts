import { channelAccessOf } from '../../../shared/access/channel-access.ts';
import type { Categories } from '../../../shared/catalog/category-tree.ts';
import type { SkuRecord } from '../../../shared/catalog/sku-item.ts';
import type * as routes from '../../../shared/contracts/catalog/product-routes.ts';
import type { Cause } from '../../../shared/contracts/define-event.ts';
import { etagOf } from '../../../shared/contracts/entity-tag.ts';
import { type HttpResponse, invalidContent, problem } from '../../../shared/contracts/problem.ts';
import { retryOnConflict } from '../../../shared/dynamodb/retry-on-conflict.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import type { Channels } from '../../../shared/store.ts';
import { type Decision, decide, type ProductSnapshot, type StoredProduct } from './decide.ts';
import { isVisibleTo, productBody, type Reader } from './product-response.ts';
import type { ProductStore } from './product-store.ts';

/** A change of a product waits for changes of its SKUs. */
const defaultRetryBudgetMs = 8000;

const unknownProduct = problem(404, 'unknown-product', 'The catalogue has no such product.');
const preconditionFailed = problem(412, 'precondition-failed', 'The product has another version than If-Match names.');

/** Creates or changes a product. The row of a file is saved as a PUT. `timeZone` is that of the store. */
export const saveProduct =
  (store: ProductStore, timeZone: string, retryBudgetMs = defaultRetryBudgetMs) =>
  (
    productId: string,
    content: routes.ProductContent,
    ifMatch: string | undefined,
    cause: Cause,
  ): Promise<{ saved: Decision; snapshot: ProductSnapshot }> =>
    retryOnConflict(retryBudgetMs, async () => {
      const wanted = content.variants.map(({ sku }) => sku);
      const snapshot = { ...(await store.load(productId, wanted)), timeZone };
      const saved = decide(productId, content, snapshot, ifMatch, cause.now);
      if (saved.kind !== 'create' && saved.kind !== 'replace') return { saved, snapshot };
      return (await store.write(saved, cause)) === 'done' ? { saved, snapshot } : undefined;
    });

const responseOf = (
  status: 200 | 201,
  product: StoredProduct,
  categories: Categories,
  skus: ReadonlyMap<string, SkuRecord>,
  reader: Reader,
): HttpResponse => ({
  status,
  headers: { etag: etagOf(product) },
  body: productBody(product, categories, skus, reader),
});

export const readerOf = (clientId: string, channels: Channels, now: number): Reader => ({
  isChannel: channelAccessOf(clientId, channels).onlyChannel !== undefined,
  now,
});

export const putProduct =
  (save: ReturnType<typeof saveProduct>, channels: Channels) =>
  async ({ params, headers, body, cause, caller }: Request<typeof routes.putProduct>): Promise<HttpResponse> => {
    const { saved, snapshot } = await save(params.productId, body, headers['if-match'], cause);
    const { categories, skus } = snapshot;
    const reader = readerOf(caller.clientId, channels, cause.now);
    switch (saved.kind) {
      case 'create':
        return responseOf(201, saved.next, categories, skus, reader);
      case 'replace':
        return responseOf(200, saved.next, categories, skus, reader);
      case 'unchanged':
        return responseOf(200, saved.current, categories, skus, reader);
      case 'precondition-failed':
        return preconditionFailed;
      case 'invalid':
        return invalidContent(saved.errors);
      default:
        return saved satisfies never;
    }
  };

export const getProduct =
  (store: ProductStore, channels: Channels) =>
  async ({ params, caller, cause }: Request<typeof routes.getProduct>): Promise<HttpResponse> => {
    const { current, categories } = await store.load(params.productId, []);
    const reader = readerOf(caller.clientId, channels, cause.now);
    if (!current || !isVisibleTo(reader, current)) return unknownProduct;
    const skus = await store.skus(current.record.variants.map(({ sku }) => sku));
    return responseOf(200, current, categories, skus, reader);
  };
