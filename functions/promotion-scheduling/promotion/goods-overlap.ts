import type { Categories } from '../../../shared/catalog/category-tree.ts';
import { pathOf } from '../../../shared/catalog/category-tree.ts';
import type { SkuRecord } from '../../../shared/catalog/sku-item.ts';
import type { GoodsScope } from '../../../shared/contracts/promotions/definition.ts';

/** What is known of the goods that scopes name. */
export type Goods = { categories: Categories; skus: ReadonlyMap<string, SkuRecord> };

/** Whether two scopes have goods in common, as far as their entries show it, and a SKU that is in both. */
export type Overlap = { meets: boolean; sku?: string | undefined };

/**
 * Compares the SKUs, categories and products that two scopes name. Attributes, and products beside categories, may be in
 * common: what the catalogue does not show is an overlap.
 */
export function overlapOf(a: GoodsScope, b: GoodsScope, goods: Goods): Overlap {
  const sku = [...(a.skus ?? []), ...(b.skus ?? [])].find((each) => mayHave(a, each, goods) && mayHave(b, each, goods));
  if (sku !== undefined) return { meets: true, sku };
  const [groupsA, groupsB] = [groupsOf(a), groupsOf(b)];
  const meets = groupsA.some((groupA) => groupsB.some((groupB) => mayShare(groupA, groupB, goods)));
  return { meets };
}

/** Whether a SKU is in a scope, or may be. */
function mayHave(scope: GoodsScope, sku: string, goods: Goods): boolean {
  return isNamed(scope, sku, goods, true) && !(scope.except && isNamed(scope.except, sku, goods, false));
}

function isNamed(
  { all, skus = [], categories = [], products = [], attributes = [] }: Omit<GoodsScope, 'except'>,
  sku: string,
  { categories: tree, skus: records }: Goods,
  ifUnknown: boolean,
): boolean {
  const record = records.get(sku);
  const path = new Set(pathOf(tree, record?.category).map(({ categoryId }) => categoryId));
  const productId = record?.product?.productId;
  return (
    all === true ||
    skus.includes(sku) ||
    categories.some((category) => category === record?.category || path.has(category)) ||
    (productId !== undefined && products.includes(productId)) ||
    (attributes.length > 0 && ifUnknown)
  );
}

/** Groups of goods that a scope names beside its SKUs. */
type Group = { kind: 'all' } | { kind: 'category' | 'product' | 'attribute'; id: string };

const groupsOf = ({ all, categories = [], products = [], attributes = [] }: GoodsScope): Group[] => [
  ...(all ? [{ kind: 'all' as const }] : []),
  ...categories.map((id) => ({ kind: 'category' as const, id })),
  ...products.map((id) => ({ kind: 'product' as const, id })),
  ...attributes.slice(0, 1).map(({ name }) => ({ kind: 'attribute' as const, id: name })),
];

function mayShare(a: Group, b: Group, { categories }: Goods): boolean {
  if (a.kind === 'all' || b.kind === 'all') return true;
  if (a.kind === 'category' && b.kind === 'category') {
    return isWithin(a.id, b.id, categories) || isWithin(b.id, a.id, categories);
  }
  if (a.kind === 'product' && b.kind === 'product') return a.id === b.id;
  return true;
}

const isWithin = (id: string, top: string, categories: Categories) =>
  id === top || pathOf(categories, id).some(({ categoryId }) => categoryId === top);
