import { type Categories, pathOf, type VersionedCategory } from '../../../shared/catalog/category-tree.ts';
import type { CategoryContent } from '../../../shared/contracts/catalog/category-routes.ts';
import type { FieldError } from '../../../shared/contracts/problem.ts';
import { belowItself, errorsOf, isSame, maxCategories, maxDepth, maxNamedInCycle, nextOf, tooDeep } from './decide.ts';

type Wanted = ReadonlyMap<string, CategoryContent>;
type Refused = Map<string, FieldError[]>;

/**
 * Decides many categories as one change, so that their order is irrelevant. Returns the changed ones, those above others
 * first, so that the tree is valid after each. A category that would make the tree invalid is refused and stays as it is,
 * and so are others that depend on it. `now` in milliseconds.
 */
export function planCategories(
  wanted: Wanted,
  categories: Categories,
  now: number,
): { changes: VersionedCategory[]; refused: Refused } {
  const changes = new Map<string, VersionedCategory>();
  for (const [categoryId, content] of wanted) {
    const current = categories.get(categoryId);
    const next = nextOf(categoryId, content, current, now);
    if (!current || !isSame(current, next)) changes.set(categoryId, next);
  }
  const room = Math.max(0, maxCategories - categories.size);
  const beyond = [...changes.keys()].filter((categoryId) => !categories.has(categoryId)).slice(room);
  const refused: Refused = new Map(beyond.map((categoryId) => [categoryId, [tooMany]]));
  for (let invalid: Refused = refused; ;) {
    for (const categoryId of invalid.keys()) changes.delete(categoryId);
    const tree = new Map([...categories, ...changes]);
    invalid = invalidIn(tree, changes, wanted);
    if (invalid.size === 0) return { changes: topDown([...changes.values()], tree), refused };
    for (const [categoryId, errors] of invalid) refused.set(categoryId, errors);
  }
}

/**
 * Changes that make the tree invalid: first those of cycles and those that are too deep, because the other rules take a time
 * that grows with the depth of the tree. Of two that contradict each other, the lower one is invalid.
 */
function invalidIn(tree: Categories, changes: ReadonlyMap<string, VersionedCategory>, wanted: Wanted): Refused {
  const errorsBy = (check: (categoryId: string) => FieldError[]): Refused =>
    new Map([...changes.keys()].map((id) => [id, check(id)] as const).filter(([, errors]) => errors.length > 0));
  const { levels, cyclic } = levelsOf(tree);
  if (cyclic.size > 0) return errorsBy((id) => (cyclic.has(id) ? [belowItself(id, idsAbove(id, tree))] : []));
  const deep = errorsBy((id) => {
    const level = levels.get(id) ?? 0;
    return level > maxDepth ? [tooDeep(level)] : [];
  });
  if (deep.size > 0) return deep;
  const errorsIn = (id: string, categories: Categories) => {
    const content = wanted.get(id);
    return content ? errorsOf(id, content, categories) : [];
  };
  const onPath = (id: string) => new Map(pathOf(tree, id).map((category) => [category.categoryId, category]));
  const lower = errorsBy((id) => (errorsIn(id, onPath(id)).length > 0 ? errorsIn(id, tree) : []));
  return lower.size > 0 ? lower : errorsBy((id) => errorsIn(id, tree));
}

/**
 * The level of each category, 1 at the top, and the categories that are below themselves. These and those below them have
 * no level. Visits each category once.
 */
function levelsOf(tree: Categories): { levels: ReadonlyMap<string, number | undefined>; cyclic: ReadonlySet<string> } {
  const levels = new Map<string, number | undefined>();
  const cyclic = new Set<string>();
  for (const categoryId of tree.keys()) {
    const met = new Set<string>();
    let next: string | undefined = categoryId;
    while (next !== undefined && tree.has(next) && !levels.has(next) && !met.has(next)) {
      met.add(next);
      next = tree.get(next)?.parentId;
    }
    const walk = [...met];
    const isCycle = next !== undefined && met.has(next);
    if (next !== undefined && isCycle) for (const id of walk.slice(walk.indexOf(next))) cyclic.add(id);
    let level = next !== undefined && (isCycle || levels.has(next)) ? levels.get(next) : 0;
    for (const id of walk.toReversed()) {
      level = level === undefined ? undefined : level + 1;
      levels.set(id, level);
    }
  }
  return { levels, cyclic };
}

/** The ids above a category of a cycle, the nearest first, as far as an error names them. */
function idsAbove(categoryId: string, tree: Categories): string[] {
  const ids: string[] = [];
  for (let next = tree.get(categoryId)?.parentId; next !== undefined && next !== categoryId;) {
    ids.push(next);
    if (ids.length > maxNamedInCycle) break;
    next = tree.get(next)?.parentId;
  }
  return ids;
}

const topDown = (changes: readonly VersionedCategory[], tree: Categories): VersionedCategory[] =>
  changes
    .map((category) => ({ category, depth: pathOf(tree, category.categoryId).length }))
    .toSorted((a, b) => a.depth - b.depth)
    .map(({ category }) => category);

export const tooMany: FieldError = {
  pointer: '/categoryId',
  detail: `The store has room for ${maxCategories} categories, or fewer with many attributes. Use labels or attributes instead.`,
};
