import * as z from 'zod';
import { type AttributeRule, Category } from './category.ts';

/** A category with the number of its changes. */
const VersionedCategory = Category.extend({ version: z.int().positive() });
export type VersionedCategory = z.infer<typeof VersionedCategory>;

/** All categories of the store: one item, so that two changes at once cannot make a cycle. */
export const CategoryTree = z.object({ categories: z.array(VersionedCategory) });

/** Key of the item with all categories. */
export const categoryTreeKey = { pk: 'CATEGORIES', sk: 'TREE' };

/** Categories by id. */
export type Categories = ReadonlyMap<string, VersionedCategory>;
export const categoriesOf = ({ categories }: z.infer<typeof CategoryTree>): Categories =>
  new Map(categories.map((category) => [category.categoryId, category]));

/** The categories from the top to this one; empty if there is no such category. */
export function pathOf(categories: Categories, categoryId: string | undefined): VersionedCategory[] {
  const path: VersionedCategory[] = [];
  let next = categoryId;
  // Stored trees have no cycle. The limit keeps a defect from being an endless loop.
  while (next !== undefined && path.length <= categories.size) {
    const category = categories.get(next);
    if (!category) break;
    path.unshift(category);
    next = category.parentId;
  }
  return path;
}

/** The ids of the categories from the top to each category, by its id. */
export const categoryPaths = (categories: Categories): Record<string, string[]> =>
  Object.fromEntries(
    [...categories.keys()].map((id) => [id, pathOf(categories, id).map(({ categoryId }) => categoryId)]),
  );

/** By tree, which never changes: to check all of 2,000 categories would take seconds otherwise. */
const childrenByTree = new WeakMap<Categories, ReadonlyMap<string | undefined, readonly VersionedCategory[]>>();

/** The categories below this one, at any depth. */
export function descendantsOf(categories: Categories, categoryId: string): VersionedCategory[] {
  const children = childrenByTree.get(categories) ?? Map.groupBy(categories.values(), ({ parentId }) => parentId);
  childrenByTree.set(categories, children);
  const found = new Set<VersionedCategory>();
  const add = (parentId: string) => {
    for (const child of children.get(parentId) ?? [])
      // Stored trees have no cycle; a defect must not be an endless loop.
      if (child.categoryId !== categoryId && !found.has(child)) {
        found.add(child);
        add(child.categoryId);
      }
  };
  add(categoryId);
  return [...found];
}

/** What complete products of a category have: its own rules and those of the categories above it. */
export type Requirements = { fields: readonly string[]; attributes: readonly AttributeRule[] };

export function requirementsOf(categories: Categories, categoryId: string | undefined): Requirements {
  const path = pathOf(categories, categoryId);
  const attributes = new Map<string, AttributeRule>();
  for (const rule of path.flatMap((category) => category.attributes)) {
    const inherited = attributes.get(rule.name);
    attributes.set(rule.name, { ...rule, required: rule.required || inherited?.required === true });
  }
  return {
    fields: [...new Set(path.flatMap(({ requiredFields }) => requiredFields))],
    attributes: [...attributes.values()],
  };
}
