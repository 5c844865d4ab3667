import { ownValue } from '../../../input/own-value.ts';
import type { GoodsScope } from '../../../contracts/promotions/definition.ts';
import type { CartLine } from '../types.ts';

type Goods = Pick<CartLine, 'sku' | 'productId' | 'categoryId' | 'attributes'>;
type Entries = Omit<GoodsScope, 'except'>;
type Attributes = NonNullable<GoodsScope['attributes']>;
/** Whether goods, with the path of their category, are excluded. */
type Matcher = (line: Goods, path: readonly string[]) => boolean;

/** Number of the scope of all goods. */
const allGoods = 0;

/** The scopes of all promotions of a set, found by what goods are, so that a scope without goods of the cart costs nothing. */
export type ScopeIndex = {
  /** The number of a scope. */
  add: (scope: GoodsScope) => number;
  /** Indexes of the lines in each scope, ascending; a scope that has none may be absent. */
  linesIn: (lines: readonly Goods[]) => LinesByScope;
};
export type LinesByScope = (scope: number) => readonly number[];

export function scopeIndex(categoryPaths: Readonly<Record<string, readonly string[]>>): ScopeIndex {
  const paths = new Map(Object.entries(categoryPaths));
  const pathOf = (categoryId: string | undefined) =>
    categoryId === undefined ? [] : (paths.get(categoryId) ?? [categoryId]);
  const excepts: (Matcher | undefined)[] = [undefined];
  const attributesOf: (Attributes | undefined)[] = [undefined];
  const byKey = new Map<string, number[]>();
  return {
    add(scope) {
      const { except, attributes } = scope;
      if (scope.all && !except) return allGoods;
      const number = excepts.push(except && matcher(except)) - 1;
      attributesOf[number] = attributes;
      for (const key of keysOf(scope)) byKey.set(key, [...(byKey.get(key) ?? []), number]);
      return number;
    },
    linesIn(lines) {
      const found: (number[] | undefined)[] = Array.from({ length: excepts.length });
      const all = lines.map((_line, index) => index);
      if (byKey.size === 0) return (scope) => (scope === allGoods ? all : none);
      for (const [index, line] of lines.entries()) {
        const path = pathOf(line.categoryId);
        for (const key of keysOfGoods(line, path)) {
          const numbers = byKey.get(key);
          if (!numbers) continue;
          const isAttribute = key.startsWith(attributePrefix);
          for (const number of numbers) {
            if (isAttribute && !hasAttributes(line, attributesOf[number] ?? [])) continue;
            if (excepts[number]?.(line, path)) continue;
            const known = found[number];
            if (!known) found[number] = [index];
            else if (known.at(-1) !== index) known.push(index);
          }
        }
      }
      return (scope) => (scope === allGoods ? all : (found[scope] ?? none));
    },
  };
}

const none: readonly number[] = [];
const everything = '*';
const attributePrefix = 'A';

/** What a scope is found by: its SKUs, products and categories, and the values of its first attribute. */
const keysOf = ({ all, skus = [], products = [], categories = [], attributes = [] }: Entries): string[] => [
  ...new Set([
    ...(all ? [everything] : []),
    ...skus.map(skuKey),
    ...products.map(productKey),
    ...categories.map(categoryKey),
    ...attributes.slice(0, 1).flatMap(({ name, values }) => values.map((value) => attributeKey(name, value))),
  ]),
];
const skuKey = (sku: string) => `S${sku}`;
const productKey = (product: string) => `P${product}`;
const categoryKey = (category: string) => `C${category}`;
const attributeKey = (name: string, value: string) => `${attributePrefix}${name}\0${value}`;

const keysOfGoods = ({ sku, productId, attributes }: Goods, path: readonly string[]): string[] => [
  everything,
  skuKey(sku),
  ...(productId === undefined ? [] : [productKey(productId)]),
  ...path.map(categoryKey),
  ...Object.entries(attributes ?? {}).flatMap(([name, values]) => values.map((value) => attributeKey(name, value))),
];

/** Whether goods have one of the values of each attribute. */
const hasAttributes = ({ attributes: own = {} }: Goods, wanted: Attributes): boolean =>
  wanted.every(({ name, values }) => (ownValue(own, name) ?? []).some((value) => values.includes(value)));

/** Whether goods match one of the entries; all attributes together are one entry. */
function matcher(entries: Entries): Matcher {
  const { all, attributes = [] } = entries;
  const [skus, products, categories] = [new Set(entries.skus), new Set(entries.products), new Set(entries.categories)];
  return (line, path) =>
    all === true ||
    skus.has(line.sku) ||
    (line.productId !== undefined && products.has(line.productId)) ||
    path.some((category) => categories.has(category)) ||
    (attributes.length > 0 && hasAttributes(line, attributes));
}
