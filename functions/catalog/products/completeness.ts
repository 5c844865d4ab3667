import type { Requirements } from '../../../shared/catalog/category-tree.ts';
import type { ProductRecord } from '../../../shared/catalog/product.ts';

export type Completeness = { percent: number; missing: string[] };

/** Required of every product. */
const always = ['categoryId', 'variants'];

/**
 * How complete a product is: the share of what it has of the required fields and attributes, in whole percent rounded
 * down. A required attribute of variants is there if every variant has it.
 */
export function completenessOf(product: ProductRecord, { fields, attributes }: Requirements): Completeness {
  const values = new Map<string, unknown>(Object.entries(product));
  const hasField = (name: string) => {
    const value = values.get(name);
    return Array.isArray(value) ? value.length > 0 : value !== undefined;
  };
  const required = [
    ...[...always, ...fields].map((name) => ({ name, has: hasField(name) })),
    ...attributes
      .filter((rule) => rule.required)
      .map((rule) => {
        const owners = rule.of === 'product' ? [product] : product.variants;
        const has = owners.every((owner) =>
          owner.attributes.some(({ name, type }) => name === rule.name && type === rule.type),
        );
        return {
          name: `${rule.of === 'product' ? 'attributes' : 'variants/attributes'}/${rule.name}`,
          has: has && owners.length > 0,
        };
      }),
  ];
  const missing = required.filter(({ has }) => !has).map(({ name }) => name);
  return { percent: Math.floor(((required.length - missing.length) * 100) / required.length), missing };
}
