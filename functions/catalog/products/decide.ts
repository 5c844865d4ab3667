import { type Categories, requirementsOf } from '../../../shared/catalog/category-tree.ts';
import { selectableAttributes } from '../../../shared/catalog/attribute.ts';
import type { ProductRecord } from '../../../shared/catalog/product.ts';
import { stateAt } from '../../../shared/catalog/publication.ts';
import type { SkuRecord } from '../../../shared/catalog/sku-item.ts';
import { didYouMean } from '../../../shared/input/closest.ts';
import { isPermitted } from '../../../shared/contracts/entity-tag.ts';
import type { ProductContent } from '../../../shared/contracts/catalog/product-routes.ts';
import type { FieldError } from '../../../shared/contracts/problem.ts';
import { maxActionsPerTransaction } from '../../../shared/dynamodb/transaction-limits.ts';
import { contentHash } from '../../../shared/ids.ts';
import { attributeErrors } from './attributes.ts';
import { type PublicationTimes, publicationOf } from './publication-times.ts';

/** A product as it is stored; `version` counts its changes from 1. */
export type StoredProduct = { record: ProductRecord; version: number; contentHash: string; changedAt: string };
type Membership = NonNullable<SkuRecord['product']>;

/** What a PUT depends on. `skus` has those of its variants that exist; `timeZone` is that of the store. */
export type ProductSnapshot = {
  current: StoredProduct | undefined;
  skus: ReadonlyMap<string, SkuRecord>;
  categories: Categories;
  timeZone: string;
};

export type ProductChange = {
  next: StoredProduct;
  /** SKUs whose copy changes: `product` is absent for those that leave. */
  skus: { sku: string; product?: Membership }[];
  announced: 'launched' | 'withdrawn' | undefined;
};
export type Decision =
  | ({ kind: 'create' | 'replace' } & ProductChange)
  | { kind: 'unchanged'; current: StoredProduct }
  | { kind: 'precondition-failed' }
  | { kind: 'invalid'; errors: FieldError[] };

/** The product, its event and an announcement are written beside the SKUs. */
const maxChangedSkus = maxActionsPerTransaction - 3;
/** Far below the limit of an item, and of an event on the bus. */
const maxProductBytes = 200_000;

/** Decides whether a product is created, replaced or unchanged. `now` in milliseconds. */
export function decide(
  productId: string,
  content: ProductContent,
  snapshot: ProductSnapshot,
  ifMatch: string | undefined,
  now: number,
): Decision {
  const { current } = snapshot;
  if (!isPermitted(ifMatch, current)) return { kind: 'precondition-failed' };
  const times = publicationOf(content, current?.record, snapshot.timeZone, now);
  const errors = [...('errors' in times ? times.errors : []), ...contentErrors(productId, content, snapshot)];
  if ('errors' in times || errors.length > 0) return { kind: 'invalid', errors };
  const record = recordOf(productId, content, times);
  const hash = contentHash(record);
  const skus = changedSkus(current?.record, record, snapshot.skus);
  // SKUs of a product that was saved before 2026-11-30 have no copy of its category and attributes.
  if (current?.contentHash === hash && skus.length === 0) return { kind: 'unchanged', current };
  const changedAt = new Date(now).toISOString();
  const next = { record, version: (current?.version ?? 0) + 1, contentHash: hash, changedAt };
  if (skus.length > maxChangedSkus) return { kind: 'invalid', errors: [tooManyChanges(skus.length)] };
  if (Buffer.byteLength(JSON.stringify(record)) > maxProductBytes) return { kind: 'invalid', errors: [tooLarge] };
  return { kind: current ? 'replace' : 'create', next, skus, announced: announcement(current?.record, record, now) };
}

const tooManyChanges = (count: number) => ({
  pointer: '/variants',
  detail: `The change is one of ${count} SKUs, and at most ${maxChangedSkus} are changed at once. Remove variants first, then add others.`,
});
const tooLarge = {
  pointer: '',
  detail: `A product has at most ${maxProductBytes} bytes. Shorten its texts and the attributes of its variants.`,
};

const recordOf = (productId: string, content: ProductContent, times: PublicationTimes): ProductRecord => ({
  productId,
  ...content,
  ...times,
});

function contentErrors(
  productId: string,
  content: ProductContent,
  { skus, categories }: ProductSnapshot,
): FieldError[] {
  const { categoryId, labels, media, variants } = content;
  const errors: FieldError[] = [];
  if (categoryId !== undefined && !categories.has(categoryId)) {
    const end = didYouMean(categoryId, categories.keys()) || '. Create it first.';
    errors.push({ pointer: '/categoryId', detail: `There is no category ${categoryId}${end}` });
  }
  errors.push(
    ...repeats(labels, (index) => `/labels/${index}`),
    ...repeats(
      media.map(({ url }) => url),
      (index) => `/media/${index}/url`,
    ),
    ...repeats(
      variants.map(({ sku }) => sku),
      (index) => `/variants/${index}/sku`,
    ),
  );
  for (const [index, { sku }] of variants.entries()) {
    const pointer = `/variants/${index}/sku`;
    const owner = skus.get(sku)?.product?.productId;
    if (!skus.has(sku)) errors.push({ pointer, detail: `${sku} is not in the catalogue. Create the SKU first.` });
    else if (owner !== undefined && owner !== productId)
      errors.push({ pointer, detail: `${sku} is a variant of the product ${owner}. Remove it there first.` });
  }
  return [...errors, ...attributeErrors(content, requirementsOf(categories, categoryId))];
}

const repeats = (values: readonly string[], pointerTo: (index: number) => string): FieldError[] =>
  values.flatMap((value, index) =>
    values.indexOf(value) < index
      ? [{ pointer: pointerTo(index), detail: `${value} is there already. Remove one of them.` }]
      : [],
  );

function membershipOf(record: ProductRecord, variant: ProductRecord['variants'][number]): Membership {
  const { productId, status, publishedFrom, publishedUntil, categoryId } = record;
  const attributes = selectableAttributes([...record.attributes, ...variant.attributes]);
  return {
    productId,
    status,
    ...(publishedFrom !== undefined && { publishedFrom }),
    ...(publishedUntil !== undefined && { publishedUntil }),
    ...(categoryId !== undefined && { categoryId }),
    ...(Object.keys(attributes).length > 0 && { attributes }),
  };
}

/** SKUs whose copy of the product is not the one that they have, and those that leave. */
function changedSkus(
  before: ProductRecord | undefined,
  after: ProductRecord,
  skus: ProductSnapshot['skus'],
): ProductChange['skus'] {
  const has = new Set(after.variants.map(({ sku }) => sku));
  const hashOf = (product: Membership | undefined) => (product ? contentHash(product) : undefined);
  const entering = after.variants
    .map((variant) => ({ sku: variant.sku, product: membershipOf(after, variant) }))
    .filter(({ sku, product }) => hashOf(skus.get(sku)?.product) !== hashOf(product));
  const leaving = (before?.variants ?? []).filter(({ sku }) => !has.has(sku)).map(({ sku }) => ({ sku }));
  return [...entering, ...leaving];
}

/** Whether the change itself launches or withdraws the product. Schedules announce the others. */
function announcement(
  before: ProductRecord | undefined,
  after: ProductRecord,
  now: number,
): ProductChange['announced'] {
  const was = before !== undefined && stateAt(before, now) === 'published';
  const is = stateAt(after, now) === 'published';
  if (was === is) return undefined;
  return is ? 'launched' : 'withdrawn';
}
