import type { AttributeRule } from '../../../shared/catalog/category.ts';
import type { Categories, VersionedCategory } from '../../../shared/catalog/category-tree.ts';
import { ProductContent } from '../../../shared/contracts/catalog/product-routes.ts';

/** The body of a PUT, as parsed. */
export const aProduct = (given: Record<string, unknown> = {}): ProductContent =>
  ProductContent.parse({ title: 'A shirt', ...given });

export const size = (value: string) => ({ name: 'size', type: 'size', value }) as const;
export const colour = (value: string) => ({ name: 'colour', type: 'colour', value }) as const;

const aCategory = (
  categoryId: string,
  parentId: string | undefined,
  requiredFields: VersionedCategory['requiredFields'] = [],
  attributes: AttributeRule[] = [],
): VersionedCategory => ({
  categoryId,
  name: `The ${categoryId}`,
  ...(parentId !== undefined && { parentId }),
  position: 0,
  requiredFields,
  attributes,
  changedAt: '2026-03-01T00:00:00.000Z',
  version: 1,
});

/** clothes → shirts: complete shirts have a description, a fabric, and a size of each variant. */
export const clothes: Categories = new Map(
  [
    aCategory('clothes', undefined, ['description'], [{ name: 'size', type: 'size', of: 'variant', required: true }]),
    aCategory('shirts', 'clothes', ['media'], [{ name: 'fabric', type: 'material', of: 'product', required: true }]),
    aCategory('books', undefined),
  ].map((category) => [category.categoryId, category]),
);
