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
  /** The number of a scope. Equal scopes have one number, so that the lines of each are found once. */
  add: (scope: GoodsScope) => number;
  /** Indexes of the lines in each scope, ascending; a scope that has none may be absent. */
  linesIn: (lines: readonly Goods[]) => LinesByScope;
};
export type LinesByScope = (scope: number) => readonly number[];

export function scopeIndex(categoryPaths: Readonly<Record<string, readonly string[]>>): ScopeIndex {
  const paths = new Map(Object.entries(categoryPaths));
  const numbers = new Map<string, number>();
  const excepts: (Matcher | undefined)[] = [undefined];
  const attributesOf: Attributes[] = [[]];
  const named: Named = { all: [], skus: new Map(), products: new Map(), categories: new Map(), attributes: new Map() };
  return {
    add(scope) {
      const { all, except, attributes = [] } = scope;
      if (all && !except) return allGoods;
      const key = canonical(scope);
      const known = numbers.get(key);
      if (known !== undefined) return known;
      const number = excepts.push(except && matcher(except)) - 1;
      attributesOf.push(attributes);
      numbers.set(key, number);
      addNumber(named, scope, number);
      return number;
    },
    linesIn(lines) {
      const all = lines.map((_line, index) => index);
      const found: (number[] | undefined)[] = Array.from({ length: excepts.length });
      if (numbers.size === 0) return (scope) => (scope === allGoods ? all : none);
      for (let index = 0; index < lines.length; index += 1) {
        const line = lines[index];
        if (!line) continue;
        const { categoryId } = line;
        const path = categoryId === undefined ? [] : (paths.get(categoryId) ?? [categoryId]);
        forEachNumber(named, { line, path, attributesOf }, (number) => {
          const own = found[number];
          if (own?.[own.length - 1] === index || excepts[number]?.(line, path)) return;
          if (own) own.push(index);
          else found[number] = [index];
        });
      }
      return (scope) => (scope === allGoods ? all : (found[scope] ?? none));
    },
  };
}

const none: readonly number[] = [];

/** Numbers of the scopes that name all goods, a SKU, a product, a category, or a value of their first attribute. */
type Named = {
  all: number[];
  skus: Map<string, number[]>;
  products: Map<string, number[]>;
  categories: Map<string, number[]>;
  attributes: Map<string, Map<string, number[]>>;
};

function addNumber(
  named: Named,
  { all, skus = [], products = [], categories = [], attributes: [attribute] = [] }: Entries,
  number: number,
): void {
  if (all) named.all.push(number);
  const add = (to: Map<string, number[]>, keys: readonly string[]) => {
    for (const key of new Set(keys)) {
      const known = to.get(key);
      if (known) known.push(number);
      else to.set(key, [number]);
    }
  };
  add(named.skus, skus);
  add(named.products, products);
  add(named.categories, categories);
  if (!attribute) return;
  const byValue = named.attributes.get(attribute.name) ?? new Map<string, number[]>();
  named.attributes.set(attribute.name, byValue);
  add(byValue, attribute.values);
}

/** Calls with the number of each scope that names the goods; a number may come several times. */
function forEachNumber(
  { all, skus, products, categories, attributes }: Named,
  { line, path, attributesOf }: { line: Goods; path: readonly string[]; attributesOf: readonly Attributes[] },
  call: (number: number) => void,
): void {
  all.forEach(call);
  skus.get(line.sku)?.forEach(call);
  if (line.productId !== undefined) products.get(line.productId)?.forEach(call);
  for (const category of path) categories.get(category)?.forEach(call);
  if (!line.attributes) return;
  for (const [name, byValue] of attributes) {
    for (const value of ownValue(line.attributes, name) ?? []) {
      for (const number of byValue.get(value) ?? []) {
        if (hasAttributes(line, attributesOf[number] ?? [])) call(number);
      }
    }
  }
}

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
    (categories.size > 0 && path.some((category) => categories.has(category))) ||
    (attributes.length > 0 && hasAttributes(line, attributes));
}

/** A text that equal scopes have in common. */
export const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, member: unknown) =>
    Array.isArray(member)
      ? member.map((each) => JSON.stringify(each)).toSorted()
      : typeof member === 'object' && member !== null
        ? Object.fromEntries(Object.entries(member).toSorted(([x], [y]) => (x < y ? -1 : 1)))
        : member,
  );
