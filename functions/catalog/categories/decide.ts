import type { Category } from '../../../shared/catalog/category.ts';
import {
  type Categories,
  descendantsOf,
  pathOf,
  type VersionedCategory,
} from '../../../shared/catalog/category-tree.ts';
import { didYouMean } from '../../../shared/input/closest.ts';
import type { CategoryContent } from '../../../shared/contracts/catalog/category-routes.ts';
import type { FieldError } from '../../../shared/contracts/problem.ts';
import { isPermitted } from '../../../shared/contracts/entity-tag.ts';
import { contentHash } from '../../../shared/ids.ts';

/** Levels of the tree. */
export const maxDepth = 10;
/** Categories of the store. Their item is also limited in bytes. */
export const maxCategories = 2000;

export type Decision =
  | { kind: 'create' | 'replace'; next: VersionedCategory }
  | { kind: 'unchanged'; current: VersionedCategory }
  | { kind: 'precondition-failed' }
  | { kind: 'invalid'; errors: FieldError[] };

/** Hash of what a PUT sets, for the entity tag and for unchanged content. */
const hashOf = ({ changedAt: _at, version: _version, ...content }: Category & { version?: number }) =>
  contentHash(content);

/** A category with the members that its entity tag depends on. */
export const tagged = (category: VersionedCategory) => ({
  version: category.version,
  contentHash: hashOf(category),
});

/** Decides whether a category is created, replaced or unchanged. `now` in milliseconds. */
export function decide(
  categoryId: string,
  content: CategoryContent,
  categories: Categories,
  ifMatch: string | undefined,
  now: number,
): Decision {
  const current = categories.get(categoryId);
  if (!isPermitted(ifMatch, current && tagged(current))) return { kind: 'precondition-failed' };
  const errors = errorsOf(categoryId, content, categories);
  if (errors.length > 0) return { kind: 'invalid', errors };
  const next = nextOf(categoryId, content, current, now);
  if (!current) return { kind: 'create', next };
  return isSame(current, next) ? { kind: 'unchanged', current } : { kind: 'replace', next };
}

/** The next version of a category. `now` in milliseconds. */
export const nextOf = (
  categoryId: string,
  content: CategoryContent,
  current: VersionedCategory | undefined,
  now: number,
): VersionedCategory => ({
  categoryId,
  ...content,
  changedAt: new Date(now).toISOString(),
  version: (current?.version ?? 0) + 1,
});

/** Whether both have the same content. */
export const isSame = (a: VersionedCategory, b: VersionedCategory): boolean => hashOf(a) === hashOf(b);

/** What is wrong with a category in these categories, which may contain it. */
export function errorsOf(categoryId: string, content: CategoryContent, categories: Categories): FieldError[] {
  const { parentId } = content;
  const errors = [...repeatedRules(content), ...otherTypes(categoryId, content, categories)];
  if (parentId === undefined) return errors;
  if (parentId !== categoryId && !categories.has(parentId)) {
    const end = didYouMean(parentId, categories.keys()) || '. Create it first.';
    return [{ pointer: '/parentId', detail: `There is no category ${parentId}${end}` }, ...errors];
  }
  const above = pathOf(categories, parentId).map((category) => category.categoryId);
  if (parentId === categoryId) return [belowItself(categoryId, []), ...errors];
  if (above.includes(categoryId)) {
    const between = above.slice(above.indexOf(categoryId) + 1).toReversed();
    return [belowItself(categoryId, between), ...errors];
  }
  const depth = above.length + 1 + heightOf(categories, categoryId);
  return depth <= maxDepth ? errors : [tooDeep(depth), ...errors];
}

/** Ids of a cycle that an error names. */
export const maxNamedInCycle = 12;

/** The error of a category that would be below itself. `above` are the ids above it, the nearest first. */
export function belowItself(categoryId: string, above: readonly string[]): FieldError {
  const named = above.slice(0, maxNamedInCycle).toReversed();
  const cycle = [categoryId, ...(above.length > named.length ? ['…'] : []), ...named, categoryId].join(' → ');
  const detail = `A category cannot be below itself: ${cycle}. Choose another parent, or move ${above[0] ?? categoryId} first.`;
  return { pointer: '/parentId', detail };
}

export const tooDeep = (depth: number): FieldError => ({
  pointer: '/parentId',
  detail: `The tree would have ${depth} levels, and at most ${maxDepth} are possible. Choose a parent further up.`,
});

/** Levels below a category. */
const heightOf = (categories: Categories, categoryId: string) => {
  const depth = pathOf(categories, categoryId).length;
  const depths = descendantsOf(categories, categoryId).map(
    (each) => pathOf(categories, each.categoryId).length - depth,
  );
  return Math.max(0, ...depths);
};

const repeatedRules = ({ attributes, requiredFields }: CategoryContent): FieldError[] => [
  ...attributes.flatMap(({ name }, index) =>
    attributes.findIndex((each) => each.name === name) < index
      ? [
          {
            pointer: `/attributes/${index}/name`,
            detail: `The attribute ${name} is there already. Remove one of them.`,
          },
        ]
      : [],
  ),
  ...requiredFields.flatMap((field, index) =>
    requiredFields.indexOf(field) < index
      ? [{ pointer: `/requiredFields/${index}`, detail: `The field ${field} is there already. Remove one of them.` }]
      : [],
  ),
];

/** An attribute has one type, and one kind of owner, on the whole path of a product. */
function otherTypes(
  categoryId: string,
  { parentId, attributes }: CategoryContent,
  categories: Categories,
): FieldError[] {
  const related = [...pathOf(categories, parentId), ...descendantsOf(categories, categoryId)];
  const rules = related
    .filter((category) => category.categoryId !== categoryId)
    .flatMap((category) => category.attributes.map((rule) => ({ ...rule, from: category.categoryId })));
  return attributes.flatMap((own, index) => {
    const other = rules.find(({ name, type, of }) => name === own.name && (type !== own.type || of !== own.of));
    if (!other) return [];
    const detail = `The category ${other.from} has ${own.name} as a ${other.type} attribute of the ${other.of}. Use the same, or another name.`;
    return [{ pointer: `/attributes/${index}`, detail }];
  });
}
