import { type Categories, pathOf, requirementsOf } from '../../../shared/catalog/category-tree.ts';
import type { ProductRecord } from '../../../shared/catalog/product.ts';
import { stateAt } from '../../../shared/catalog/publication.ts';
import type { SkuRecord } from '../../../shared/catalog/sku-item.ts';
import { completenessOf } from './completeness.ts';
import type { StoredProduct } from './decide.ts';

/** Who reads: a channel sees what is on sale at `now` (milliseconds), and no plans of the store. */
export type Reader = { isChannel: boolean; now: number };

/** Whether the reader may know of this product. */
export const isVisibleTo = ({ isChannel, now }: Reader, { record }: StoredProduct): boolean =>
  !isChannel || stateAt(record, now) === 'published';

/** A product as an entry of the list. */
export function listedProduct(
  { record, changedAt }: StoredProduct,
  categories: Categories,
  { isChannel, now }: Reader,
) {
  const shown = {
    ...(isChannel ? withoutPlans(record) : record),
    state: stateAt(record, now),
    categoryPath: pathOf(categories, record.categoryId).map(({ categoryId, name }) => ({ categoryId, name })),
    changedAt,
  };
  if (isChannel) return shown;
  return { ...shown, completeness: completenessOf(record, requirementsOf(categories, record.categoryId)) };
}

/** A product with the prices of its variants. */
export function productBody(
  product: StoredProduct,
  categories: Categories,
  skus: ReadonlyMap<string, SkuRecord>,
  reader: Reader,
) {
  const variants = product.record.variants.flatMap(({ sku, attributes }) => {
    const found = skus.get(sku);
    if (!found || (reader.isChannel && !found.active)) return [];
    const { name, priceMinor, currency, active } = found;
    return [{ sku, attributes, name, priceMinor, currency, active }];
  });
  return { ...listedProduct(product, categories, reader), variants };
}

const withoutPlans = ({
  launchAt: _launch,
  withdrawAt: _end,
  timeZone: _zone,
  publishedFrom: _from,
  publishedUntil: _until,
  ...record
}: ProductRecord) => record;
