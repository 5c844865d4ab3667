import assert from 'node:assert';
import { categoryColumns } from '../../../shared/contracts/catalog/columns/category-columns.ts';
import type { CategoryContent } from '../../../shared/contracts/catalog/category-routes.ts';
import type { Cause } from '../../../shared/contracts/define-event.ts';
import type { FieldError } from '../../../shared/contracts/problem.ts';
import { type RowOf, rowParser } from '../../../shared/csv/columns.ts';
import type { CellPlaces } from '../../../shared/csv/row-group.ts';
import { retryOnConflict } from '../../../shared/dynamodb/retry-on-conflict.ts';
import { maxActionsPerTransaction } from '../../../shared/dynamodb/transaction-limits.ts';
import { categoryOfRows } from './category-rows.ts';
import type { CategoryStore } from './category-store.ts';
import { maxCategories } from './decide.ts';
import { planCategories, tooMany } from './plan-categories.ts';

/** A category has at most 50 rules about attributes; its schema refuses more. */
const maxRowsOfGroup = 100;
/** A file has a longer retry budget than a request. */
const retryBudgetMs = 120_000;

type Content = RowOf<typeof categoryColumns>;
type Row = { row: number; content: Content };
type Outcome = { reason?: string | undefined; isChanged: boolean };
type Store = Pick<CategoryStore, 'read' | 'write'>;

/** Files of categories: the rows of a category are saved as its PUT, and all categories as one change, in any order. */
export const categoryFile = (store: Store) => ({
  columns: categoryColumns,
  keyOf: ({ categoryId = '' }: Readonly<Record<string, string>>) => categoryId,
  groupOf: ({ categoryId }: Content) => categoryId,
  maxRowsOfGroup,
  isWhole: true as const,
  maxRowsAtOnce: maxCategories * maxRowsOfGroup,
  parse: rowParser(categoryColumns),

  async save(groups: readonly Row[][], cause: Cause): Promise<Outcome[]> {
    const read = groups.map(contentOf);
    const wanted = new Map(
      read.flatMap((each) => ('content' in each ? [[each.categoryId, each.content] as const] : [])),
    );
    const { changed, refused } = await saveCategories(store, wanted, cause);
    return read.map((each) => {
      if ('reason' in each) return { reason: each.reason, isChanged: false };
      const errors = refused.get(each.categoryId);
      return { reason: errors && each.places.reasonOf(errors), isChanged: changed.has(each.categoryId) };
    });
  },
});

type Read = { categoryId: string } & ({ content: CategoryContent; places: CellPlaces } | { reason: string });

function contentOf(rows: readonly Row[]): Read {
  const [first, ...others] = rows.map(({ row, content }) => ({ row, cells: content }));
  assert(first, 'A group has a row');
  return { categoryId: first.cells.categoryId, ...categoryOfRows([first, ...others]) };
}

/** The tree is written beside the events. */
const changesPerWrite = maxActionsPerTransaction - 1;

/** Saves categories, several in one transaction. A category that another caller changes meanwhile is decided again. */
async function saveCategories(
  store: Store,
  wanted: ReadonlyMap<string, CategoryContent>,
  cause: Cause,
): Promise<{ changed: Set<string>; refused: Map<string, FieldError[]> }> {
  const changed = new Set<string>();
  const refused = await retryOnConflict(retryBudgetMs, async () => {
    let stored = await store.read();
    const plan = planCategories(wanted, stored.categories, cause.now);
    for (let start = 0; start < plan.changes.length; start += changesPerWrite) {
      const chunk = plan.changes.slice(start, start + changesPerWrite);
      const outcome = await store.write(chunk, stored, cause);
      if (outcome === 'version-conflict') return undefined;
      if (outcome === 'too-large') {
        for (const { categoryId } of plan.changes.slice(start)) plan.refused.set(categoryId, [tooMany]);
        break;
      }
      for (const { categoryId } of chunk) changed.add(categoryId);
      const categories = new Map([
        ...stored.categories,
        ...chunk.map((category) => [category.categoryId, category] as const),
      ]);
      stored = { categories, version: stored.version + 1 };
    }
    return plan.refused;
  });
  return { changed, refused };
}
