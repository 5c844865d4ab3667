import { type Categories, categoriesOf, CategoryTree, categoryTreeKey } from '../../../shared/catalog/category-tree.ts';
import { type Cause, newEvent } from '../../../shared/contracts/define-event.ts';
import { PromotionChanged } from '../../../shared/contracts/promotions/events.ts';
import type { PromotionAction } from '../../../shared/contracts/promotions/promotion.ts';
import { type Action, type Database, readBatch, transact } from '../../../shared/dynamodb/database.ts';
import { expectVersion } from '../../../shared/dynamodb/expect-version.ts';
import { outboxItem } from '../../../shared/dynamodb/outbox.ts';
import { newestUnder } from '../../../shared/dynamodb/query-pages.ts';
import { sortKeyReader } from '../../../shared/dynamodb/sort-keys.ts';
import type { PromotionSet } from '../../../shared/pricing/promotions/types.ts';
import { codeKey } from '../../../shared/promotions/code-item.ts';
import type { PromotionHead } from '../../../shared/promotions/promotion-head.ts';
import { createPromotionSetStore } from '../../../shared/promotions/promotion-set-store.ts';
import { changesBetween } from '../../../shared/settings/changes.ts';
import { namedChanges } from '../../../shared/settings/named-changes.ts';
import { SettingItem, settingItem, versionKeyIn, versionPrefix } from '../../../shared/settings/setting-item.ts';
import { snapshotReader } from '../../../shared/settings/snapshot.ts';
import {
  allPromotions,
  codesOf,
  itemOf,
  promotionKey,
  promotionPartition,
  type PromotionRecord,
  recordOf,
  SharedCode,
  sharedCodeKey,
  shownOf,
} from './promotion-record.ts';
import * as z from 'zod';

export type PromotionTables = { PROMOTION_TABLE_NAME: string; CATALOG_TABLE_NAME: string };

/** What a change of a promotion depends on. */
export type PromotionSnapshot = {
  current: PromotionRecord | undefined;
  head: PromotionHead | undefined;
  set: PromotionSet;
  categories: Categories;
  /** The promotion of each wanted code that has one, this promotion included. */
  codeOwners: ReadonlyMap<string, string>;
  /** The promotions of codes other than this one. */
  owners: ReadonlyMap<string, PromotionRecord>;
};

export type PromotionChange = {
  next: PromotionRecord;
  action: PromotionAction;
  comment?: string | undefined;
  /** Address of the caller. */
  from: string;
  /** Set after the change, if it is another one. */
  set?: Omit<PromotionSet, 'version' | 'disabled'> | undefined;
};

const Keyed = z.object({ pk: z.string(), sk: z.string() });

/** Promotions with their history, events and codes, written together with the compiled set in force. */
export function createPromotionStore(db: Database, tables: PromotionTables) {
  const { PROMOTION_TABLE_NAME: table, CATALOG_TABLE_NAME: catalog } = tables;
  const sets = createPromotionSetStore(db, tables);
  const treeOf = snapshotReader(CategoryTree.transform(categoriesOf));
  const read = async (keys: { pk: string; sk: string }[]) =>
    keys.length === 0 ? [] : ((await readBatch(db, { [table]: keys }, true)).get(table) ?? []);

  const records = async (ids: readonly string[]): Promise<Map<string, PromotionRecord>> =>
    new Map((await read(ids.map(promotionKey))).map(recordOf).map((record) => [record.promotionId, record]));

  async function categories(): Promise<Categories> {
    const [item] = (await readBatch(db, { [catalog]: [categoryTreeKey] }, true)).get(catalog) ?? [];
    return treeOf(item)?.value ?? new Map();
  }

  async function ownersOf(promotionId: string, codes: readonly string[]) {
    const items = await read(codes.flatMap((code) => [sharedCodeKey(code), codeKey(code)]));
    const codeOwners = new Map(
      items.map((item): [string, string] => [
        Keyed.parse(item).pk.slice(codeKey('').pk.length),
        SharedCode.parse(item).promotionId,
      ]),
    );
    const others = [...new Set(codeOwners.values())].filter((owner) => owner !== promotionId);
    return { codeOwners, owners: await records(others) };
  }

  const codeActions = ({ next }: PromotionChange, { current, codeOwners }: PromotionSnapshot): Action[] => {
    const wanted = codesOf(next.definition);
    const kept = new Set([...wanted, ...(next.inForce ? codesOf(next.inForce.definition) : [])]);
    const had = current
      ? [...codesOf(current.definition), ...(current.inForce ? codesOf(current.inForce.definition) : [])]
      : [];
    const { promotionId } = next;
    return [
      ...wanted
        .filter((code) => codeOwners.get(code) !== promotionId)
        .map((code) => ({
          Put: {
            TableName: table,
            Item: { ...sharedCodeKey(code), promotionId },
            // A code of a promotion that ended long ago is free.
            ConditionExpression: 'attribute_not_exists(pk) OR promotionId = :owner',
            ExpressionAttributeValues: { ':owner': codeOwners.get(code) ?? promotionId },
          },
        })),
      ...[...new Set(had)]
        .filter((code) => !kept.has(code))
        .map((code) => ({
          Delete: {
            TableName: table,
            Key: sharedCodeKey(code),
            ConditionExpression: 'attribute_not_exists(pk) OR promotionId = :owner',
            ExpressionAttributeValues: { ':owner': promotionId },
          },
        })),
    ];
  };

  return {
    records,
    categories,
    partitionKeys: sortKeyReader(db, table, allPromotions, 'up'),

    find: async (promotionId: string): Promise<PromotionRecord | undefined> =>
      (await records([promotionId])).get(promotionId),

    /** The promotion of a shared code. */
    async ownerOf(code: string): Promise<string | undefined> {
      const [item] = await read([sharedCodeKey(code)]);
      return item === undefined ? undefined : SharedCode.parse(item).promotionId;
    },

    /** A promotion and what its change depends on, read consistently. `codes`: the shared codes that it will have. */
    async load(promotionId: string, codes: readonly string[]): Promise<PromotionSnapshot> {
      const [found, owners, current, tree] = await Promise.all([
        records([promotionId]),
        ownersOf(promotionId, codes),
        sets.current(),
        categories(),
      ]);
      return { current: found.get(promotionId), ...owners, ...current, categories: tree };
    },

    currentSet: () => sets.current(),

    /**
     * Writes a version of a promotion with its history, event and codes, and puts the changed set in force, in one
     * transaction. `too-large`: the set would exceed its limit; nothing is in force.
     */
    async commit(
      change: PromotionChange,
      snapshot: PromotionSnapshot,
      cause: Cause,
    ): Promise<'done' | 'version-conflict' | 'too-large'> {
      const { next, action, comment, from, set } = change;
      const { current, head } = snapshot;
      const prepared = set && (await sets.prepare({ ...set, version: (head?.version ?? 0) + 1 }, head, cause.now));
      if (prepared === 'too-large') return prepared;
      const pk = promotionPartition(next.promotionId);
      const shown = shownOf(next);
      const content = { action, ...(comment !== undefined && { comment }), promotion: shown };
      const version = settingItem({ version: next.version, at: next.changedAt, by: next.changedBy, from, content });
      const { promotionId, status } = next;
      const changes = namedChanges(changesBetween(current ? shownOf(current) : {}, shown));
      const data = {
        promotionId,
        name: next.definition.name,
        version: next.version,
        action,
        status,
        by: next.changedBy,
        changed: changes.map(({ entry }) => entry),
        changes,
      };
      return transact(db, [
        { Put: { TableName: table, Item: itemOf(next), ...expectVersion(next.version - 1) } },
        { Put: { TableName: table, Item: { ...version, ...versionKeyIn(pk, next.version) } } },
        { Put: { TableName: table, Item: outboxItem(pk, newEvent(PromotionChanged, data, cause)) } },
        ...codeActions(change, snapshot),
        ...(prepared?.actions ?? []),
      ]);
    },

    /** Puts a set in force that follows from no change of a promotion. */
    async putSet(
      set: Omit<PromotionSet, 'version' | 'disabled'>,
      head: PromotionHead | undefined,
      now: number,
    ): Promise<'done' | 'version-conflict' | 'too-large'> {
      const prepared = await sets.prepare({ ...set, version: (head?.version ?? 0) + 1 }, head, now);
      return prepared === 'too-large' ? prepared : transact(db, prepared.actions);
    },

    async version(promotionId: string, version: number) {
      const [item] = await read([versionKeyIn(promotionPartition(promotionId), version)]);
      return item === undefined ? undefined : SettingItem.parse(item);
    },

    /** Up to `limit` versions, the newest first, after the sort key `before`. */
    versions: (promotionId: string, before: string | undefined, limit: number) =>
      newestUnder(db, table, { pk: promotionPartition(promotionId), prefix: versionPrefix }, SettingItem, {
        before,
        limit,
      }),
  };
}
export type PromotionStore = ReturnType<typeof createPromotionStore>;
