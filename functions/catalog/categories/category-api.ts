import { type Categories, pathOf, type VersionedCategory } from '../../../shared/catalog/category-tree.ts';
import type * as routes from '../../../shared/contracts/catalog/category-routes.ts';
import type { Cause } from '../../../shared/contracts/define-event.ts';
import { timeRangeOf } from '../../../shared/contracts/list-query.ts';
import { type HttpResponse, invalidContent, problem } from '../../../shared/contracts/problem.ts';
import type { Cursors } from '../../../shared/dynamodb/cursor.ts';
import { retryOnConflict } from '../../../shared/dynamodb/retry-on-conflict.ts';
import { etagOf } from '../../../shared/contracts/entity-tag.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import type { CategoryStore, StoredCategories } from './category-store.ts';
import { type Decision, decide, maxCategories, tagged } from './decide.ts';

/** All categories are one item: concurrent changes of any of them are decided one after the other. */
const defaultRetryBudgetMs = 8000;
const idPattern = /^[A-Za-z0-9._~-]{1,128}$/;

const unknownCategory = problem(404, 'unknown-category', 'The catalogue has no such category.');
const preconditionFailed = problem(412, 'precondition-failed', 'The category has another version than If-Match names.');
const tooMany = problem(
  422,
  'too-many-categories',
  `The store has room for ${maxCategories} categories, or fewer with many attributes. Use labels or attributes instead.`,
);

const bodyOf = ({ version: _version, ...category }: VersionedCategory, categories: Categories) => ({
  ...category,
  path: pathOf(categories, category.categoryId).map(({ categoryId, name }) => ({ categoryId, name })),
});
const responseOf = (status: 200 | 201, category: VersionedCategory, categories: Categories): HttpResponse => ({
  status,
  headers: { etag: etagOf(tagged(category)) },
  body: bodyOf(category, new Map([...categories, [category.categoryId, category]])),
});

type Saved = Decision | { kind: 'too-many' };

/** Creates or changes a category. The row of a file is saved as a PUT. */
export const saveCategory =
  (store: CategoryStore, retryBudgetMs = defaultRetryBudgetMs) =>
  (
    categoryId: string,
    content: routes.CategoryContent,
    ifMatch: string | undefined,
    cause: Cause,
  ): Promise<{ saved: Saved; stored: StoredCategories }> =>
    retryOnConflict(retryBudgetMs, async () => {
      const stored = await store.read();
      const decision = decide(categoryId, content, stored.categories, ifMatch, cause.now);
      if (decision.kind !== 'create' && decision.kind !== 'replace') return { saved: decision, stored };
      const isFull = decision.kind === 'create' && stored.categories.size >= maxCategories;
      const outcome = isFull ? 'too-large' : await store.write([decision.next], stored, cause);
      if (outcome === 'too-large') return { saved: { kind: 'too-many' }, stored };
      return outcome === 'done' ? { saved: decision, stored } : undefined;
    });

export const putCategory =
  (save: ReturnType<typeof saveCategory>) =>
  async ({ params, headers, body, cause }: Request<typeof routes.putCategory>): Promise<HttpResponse> => {
    const { saved, stored } = await save(params.categoryId, body, headers['if-match'], cause);
    switch (saved.kind) {
      case 'create':
        return responseOf(201, saved.next, stored.categories);
      case 'replace':
        return responseOf(200, saved.next, stored.categories);
      case 'unchanged':
        return responseOf(200, saved.current, stored.categories);
      case 'precondition-failed':
        return preconditionFailed;
      case 'too-many':
        return tooMany;
      case 'invalid':
        return invalidContent(saved.errors);
      default:
        return saved satisfies never;
    }
  };

export const getCategory =
  (store: CategoryStore) =>
  async ({ params }: Request<typeof routes.getCategory>): Promise<HttpResponse> => {
    const { categories } = await store.read();
    const category = categories.get(params.categoryId);
    return category ? responseOf(200, category, categories) : unknownCategory;
  };

/** Serves a page of the list of categories. `timeZone` is the IANA zone of the business days. */
export const listCategories =
  (store: CategoryStore, cursors: Cursors, timeZone: string) =>
  async ({ query, caller }: Request<typeof routes.listCategories>): Promise<HttpResponse> => {
    const { limit, cursor, parentId, changedSince } = query;
    const list = { list: 'categories', parentId, changedSince, caller: caller.clientId };
    const start = await cursors.startAfter(cursor, list, idPattern);
    if ('refusal' in start) return start.refusal;
    const { after } = start;
    const since = timeRangeOf({ from: changedSince }, timeZone)?.from;
    const { categories } = await store.read();
    const listed = [...categories.values()]
      .filter(
        (category) =>
          (parentId === undefined || category.parentId === parentId) &&
          (since === undefined || category.changedAt >= since) &&
          (after === undefined || category.categoryId > after),
      )
      .toSorted((a, b) => (a.categoryId < b.categoryId ? -1 : 1));
    const page = listed.slice(0, limit);
    const last = listed.length > limit ? page.at(-1) : undefined;
    return {
      status: 200,
      body: {
        categories: page.map((category) => bodyOf(category, categories)),
        ...(last && { cursor: await cursors.of(list, last.categoryId) }),
      },
    };
  };
