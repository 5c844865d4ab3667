import type { SkuRecord } from '../../../shared/catalog/sku-item.ts';
import type { GoodsScope } from '../../../shared/contracts/promotions/definition.ts';
import { scopeIndex } from '../../../shared/pricing/promotions/candidates/scope.ts';
import { goodsOf } from '../../../shared/pricing/promotions/promotions-of.ts';
import type { CompiledPromotion, PromotionSet } from '../../../shared/pricing/promotions/types.ts';

const scopesOf = ({ eligible, discount }: CompiledPromotion): GoodsScope[] =>
  discount.kind === 'buy-get' ? [eligible, discount.buy.of, discount.get.of] : [eligible];

/** SKUs that are given or bundled, whatever the scope is. */
function fixedSkus({ discount }: CompiledPromotion): readonly string[] {
  if (discount.kind === 'gift') return discount.gifts;
  return discount.kind === 'bundle' ? Object.keys(discount.bundle) : [];
}

/** The SKUs if the goods of a promotion are all named by SKU; none if it names categories, products, attributes or all. */
export function namedSkus(promotion: CompiledPromotion): string[] {
  const scopes = scopesOf(promotion);
  const isOpen = scopes.some(
    ({ all, categories, products, attributes, skus }) => all || categories || products || attributes || !skus,
  );
  return isOpen ? [] : [...new Set([...scopes.flatMap(({ skus }) => skus ?? []), ...fixedSkus(promotion)])];
}

/** Of these SKUs, the goods of a promotion. */
export function concernedBy(
  promotion: CompiledPromotion,
  { categoryPaths }: Pick<PromotionSet, 'categoryPaths'>,
  skus: readonly SkuRecord[],
): SkuRecord[] {
  const index = scopeIndex(categoryPaths);
  const numbers = scopesOf(promotion).map(index.add);
  const linesIn = index.linesIn(skus.map((sku) => goodsOf(sku.sku, sku)));
  const concerned = new Set(numbers.flatMap((number) => linesIn(number)));
  const fixed = new Set(fixedSkus(promotion));
  return skus.filter((sku, line) => concerned.has(line) || fixed.has(sku.sku));
}

/** SKUs of both lists, each once, and this number at most. */
export const unionOf = (one: readonly SkuRecord[], other: readonly SkuRecord[], limit: number): SkuRecord[] =>
  [...new Map([...one, ...other].map((record) => [record.sku, record])).values()].slice(0, limit);

/** The currency of most SKUs. */
export function mostCommonCurrency(skus: readonly SkuRecord[]): string {
  const counts = [...Map.groupBy(skus, ({ currency }) => currency)].map(([currency, own]) => ({
    currency,
    count: own.length,
  }));
  return counts.toSorted((a, b) => b.count - a.count)[0]?.currency ?? 'GBP';
}
