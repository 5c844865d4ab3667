import { productPartition } from '../../../shared/catalog/product.ts';
import { type ProductState, stateAt } from '../../../shared/catalog/publication.ts';
import { skuPartition, type SkuRecord } from '../../../shared/catalog/sku-item.ts';
import type { KeySource } from '../../../shared/dynamodb/list-page.ts';

type FoundProduct = { record: { labels: readonly string[]; variants: readonly { sku: string }[] } };
/** Products by their partition key. */
export type ReadProducts = (partitionKeys: readonly string[]) => Promise<ReadonlyMap<string, FoundProduct>>;

type Filter = {
  product?: string | undefined;
  label?: string | undefined;
  status?: readonly ProductState[] | undefined;
};

/** Whether a SKU is a variant of this product, in one of these states at `now` (milliseconds). */
export const isOfProduct = ({ product: of }: SkuRecord, { product, status }: Filter, now: number): boolean =>
  (product === undefined || of?.productId === product) &&
  (status === undefined || (of !== undefined && status.includes(stateAt(of, now))));

/** Leaves out the SKUs whose product does not have the label. Reads each product once. */
export async function withLabel<S extends SkuRecord>(
  skus: ReadonlyMap<string, S>,
  label: string | undefined,
  readProducts: ReadProducts,
): Promise<ReadonlyMap<string, S>> {
  if (label === undefined || skus.size === 0) return skus;
  const ids = new Set([...skus.values()].flatMap(({ product }) => product?.productId ?? []));
  const products = await readProducts([...ids].map(productPartition));
  const isLabelled = ({ product }: SkuRecord) =>
    product !== undefined && products.get(productPartition(product.productId))?.record.labels.includes(label) === true;
  return new Map([...skus].filter(([, sku]) => isLabelled(sku)));
}

/** The keys of a product's variants, in the order of their codes, instead of those of all SKUs. */
export async function variantKeys(productId: string, readProducts: ReadProducts): Promise<KeySource> {
  const found = (await readProducts([productPartition(productId)])).get(productPartition(productId));
  const keys = (found?.record.variants ?? []).map(({ sku }) => skuPartition(sku)).toSorted((a, b) => (a < b ? -1 : 1));
  return async (after, count) => {
    const left = keys.filter((key) => after === undefined || key > after);
    const page = left.slice(0, count);
    return { keys: page, next: left.length > count ? page.at(-1) : undefined };
  };
}
