import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { categoryPartition } from '../../../shared/catalog/category.ts';
import {
  type Categories,
  categoriesOf,
  CategoryTree,
  categoryTreeKey,
  pathOf,
  type VersionedCategory,
} from '../../../shared/catalog/category-tree.ts';
import { CategoryChanged } from '../../../shared/contracts/catalog/category-events.ts';
import { type Cause, newEvent } from '../../../shared/contracts/define-event.ts';
import { type Database, transact } from '../../../shared/dynamodb/database.ts';
import { expectVersion } from '../../../shared/dynamodb/expect-version.ts';
import { outboxItem } from '../../../shared/dynamodb/outbox.ts';
import { encodeSnapshot, maxSnapshotBytes, snapshotReader } from '../../../shared/settings/snapshot.ts';

/** `version` is that of the item with all categories, 0 before the first one. */
export type StoredCategories = { categories: Categories; version: number };

/** The item with all categories, and the events of their changes. */
export function createCategoryStore(db: Database, { CATALOG_TABLE_NAME: table }: { CATALOG_TABLE_NAME: string }) {
  const snapshotOf = snapshotReader(CategoryTree.transform(categoriesOf));

  return {
    async read(): Promise<StoredCategories> {
      const { Item } = await db.send(new GetCommand({ TableName: table, Key: categoryTreeKey, ConsistentRead: true }));
      const snapshot = snapshotOf(Item);
      return { categories: snapshot?.value ?? new Map(), version: snapshot?.version ?? 0 };
    },

    /** Writes categories and their events, if no other category changed since `version`. */
    async write(
      changed: readonly VersionedCategory[],
      { categories, version }: StoredCategories,
      cause: Cause,
    ): Promise<'done' | 'version-conflict' | 'too-large'> {
      const all = new Map([...categories, ...changed.map((category) => [category.categoryId, category] as const)]);
      const data = encodeSnapshot({ categories: [...all.values()] });
      if (data.length > maxSnapshotBytes) return 'too-large';
      const events = changed.map((category) => {
        const path = pathOf(all, category.categoryId).map(({ categoryId }) => categoryId);
        return { category, event: newEvent(CategoryChanged, { ...category, path }, cause) };
      });
      return transact(db, [
        {
          Put: {
            TableName: table,
            Item: { ...categoryTreeKey, version: version + 1, data },
            ...expectVersion(version),
          },
        },
        ...events.map(({ category, event }) => ({
          Put: { TableName: table, Item: outboxItem(categoryPartition(category.categoryId), event) },
        })),
      ]);
    },
  };
}
export type CategoryStore = ReturnType<typeof createCategoryStore>;
