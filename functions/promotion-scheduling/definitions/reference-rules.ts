import type { Categories } from '../../../shared/catalog/category-tree.ts';
import type { SkuRecord } from '../../../shared/catalog/sku-item.ts';
import { didYouMean } from '../../../shared/input/closest.ts';
import { type FieldError, invalidValueText } from '../../../shared/contracts/problem.ts';
import type { GoodsScope, PromotionDefinition } from '../../../shared/contracts/promotions/definition.ts';

/** What definitions may name. */
export type References = {
  skus: ReadonlyMap<string, SkuRecord>;
  products: ReadonlySet<string>;
  categories: Categories;
  channels: readonly string[];
  methods: readonly string[];
};

/** Names of a definition that the store does not have, each with its pointer. */
export function referenceErrors(definition: PromotionDefinition, references: References): FieldError[] {
  const { eligible, condition, discount, audience = {}, methods = [] } = definition;
  const { channels, methods: known } = references;
  const sku = (code: string, pointer: string) =>
    references.skus.has(code) ? [] : [{ pointer, detail: `${code} is not in the catalogue. Create the SKU first.` }];
  return [
    ...scopeErrors(eligible, '/eligible', references),
    ...(condition?.of ? scopeErrors(condition.of, '/condition/of', references) : []),
    ...(discount.kind === 'buy-get'
      ? [
          ...scopeErrors(discount.buy.of, '/discount/buy/of', references),
          ...scopeErrors(discount.get.of, '/discount/get/of', references),
        ]
      : []),
    ...(discount.kind === 'gift' ? discount.gifts.flatMap((code, index) => sku(code, `/discount/gifts/${index}`)) : []),
    ...(discount.kind === 'bundle'
      ? Object.keys(discount.bundle).flatMap((code) => sku(code, `/discount/bundle/${code}`))
      : []),
    ...named(methods, known, '/methods'),
    ...named(audience.channels, channels, '/audience/channels'),
    ...named(audience.except?.channels, channels, '/audience/except/channels'),
  ];
}

function scopeErrors(scope: GoodsScope, pointer: string, references: References): FieldError[] {
  const { except, ...entries } = scope;
  return [
    ...entryErrors(entries, pointer, references),
    ...(except ? entryErrors(except, `${pointer}/except`, references) : []),
  ];
}

function entryErrors(
  { skus = [], categories = [], products = [] }: Omit<GoodsScope, 'except'>,
  pointer: string,
  references: References,
): FieldError[] {
  const unknown = (
    names: readonly string[],
    field: string,
    isKnown: (name: string) => boolean,
    text: (name: string) => string,
  ) =>
    names.flatMap((name, index) =>
      isKnown(name) ? [] : [{ pointer: `${pointer}/${field}/${index}`, detail: text(name) }],
    );
  return [
    ...unknown(
      skus,
      'skus',
      (name) => references.skus.has(name),
      (name) => `${name} is not in the catalogue. Create the SKU first.`,
    ),
    ...unknown(
      categories,
      'categories',
      (name) => references.categories.has(name),
      (name) => `There is no category ${name}${didYouMean(name, references.categories.keys()) || '. Create it first.'}`,
    ),
    ...unknown(
      products,
      'products',
      (name) => references.products.has(name),
      (name) => `There is no product ${name}. Create it first.`,
    ),
  ];
}

const named = (names: readonly string[] = [], known: readonly string[], pointer: string): FieldError[] =>
  names.flatMap((name, index) =>
    known.includes(name) ? [] : [{ pointer: `${pointer}/${index}`, detail: invalidValueText(name, known) }],
  );
