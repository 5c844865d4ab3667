import assert from 'node:assert';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { type Action, type Database, readBatch } from '../dynamodb/database.ts';
import { expectVersion } from '../dynamodb/expect-version.ts';
import { conflictError } from '../dynamodb/retry-on-conflict.ts';
import { contentHash } from '../ids.ts';
import type { CompiledPromotion, PromotionSet } from '../pricing/promotions/types.ts';
import { decodeSnapshot, encodeSnapshot } from '../settings/snapshot.ts';
import { headKeys, headVersionKey, partKey, PromotionHead, PromotionHeadVersion } from './promotion-head.ts';

/** Below the 400 KB of an item. */
const maxPartBytes = 300_000;
/** The parts of a set and of the one before are in one transaction, which has at most 4 MB. */
const maxParts = 5;
/** Largest JSON text of a set in bytes. */
const maxSetBytes = 32_000_000;
/** Orders are priced again by the set that they had, also for rehearsals and price histories of a year. */
const replacedPartDays = 400;
const secondsPerDay = 86_400;
const maxLoads = 3;

/** A set is validated when it is written. Members that a later version adds are kept. */
const StoredSet = z.object({
  version: z.int().positive(),
  promotions: z.array(
    z.custom<CompiledPromotion>((value) => z.looseObject({ promotionId: z.string() }).safeParse(value).success),
  ),
  categoryPaths: z.record(z.string(), z.array(z.string())),
  minMarginBasisPoints: z
    .object({ default: z.number().optional(), byCategory: z.record(z.string(), z.number()) })
    .optional(),
});
const Part = z.object({ sk: z.string(), data: z.instanceof(Uint8Array) });

const noPromotions = (version: number): PromotionSet => ({ version, promotions: [], categoryPaths: {} });

/**
 * Returns a function that gives the promotions that a head item names; undefined without a head, when there were never any.
 * A set is loaded once per instance and version: concurrent requests wait for the same load. The result is the same object
 * as long as the head is the same. One per function instance.
 */
export function promotionSetReader(db: Database, table: string): (head: unknown) => Promise<PromotionSet | undefined> {
  let kept: { head: PromotionHead; set: Promise<PromotionSet> } | undefined;

  async function load({ version, set, disabled }: PromotionHead, loads = 1): Promise<PromotionSet> {
    if (!set) return { ...noPromotions(version), ...(disabled && { disabled }) };
    const loaded = await readSet(db, table, set);
    if (loaded) return { ...loaded, ...(disabled && { disabled }) };
    // A newer set replaced this one long ago, and its parts have expired.
    if (loads >= maxLoads) throw conflictError('The parts of the promotions are missing');
    const head = await readHead(db, table);
    assert(head, 'A head is never deleted');
    return load(head, loads + 1);
  }

  return async (item) => {
    if (item === undefined) return undefined;
    const head = PromotionHead.parse(item);
    // A request that read an older head a moment ago uses the newer set as well.
    if (kept && head.version <= kept.head.version) return kept.set;
    const isSameSet = kept?.head.set?.setId === head.set?.setId;
    const loading = { head, set: isSameSet && kept ? switched(kept.set, head) : load(head) };
    kept = loading;
    loading.set.catch(() => {
      // The next request loads it again.
      if (kept === loading) kept = undefined;
    });
    return loading.set;
  };
}

const switched = async (set: Promise<PromotionSet>, { disabled }: PromotionHead): Promise<PromotionSet> => {
  const { disabled: _before, ...rest } = await set;
  return { ...rest, ...(disabled && { disabled }) };
};

/** The set that a head names; undefined if its parts have expired. */
export async function readSet(
  db: Database,
  table: string,
  { setId, parts }: NonNullable<PromotionHead['set']>,
): Promise<PromotionSet | undefined> {
  const keys = Array.from({ length: parts }, (_, part) => partKey(setId, part));
  const items = ((await readBatch(db, { [table]: keys }, true)).get(table) ?? []).map((item) => Part.parse(item));
  if (items.length < parts) return undefined;
  const bySortKey = new Map(items.map(({ sk, data }) => [sk, data]));
  const data = Buffer.concat(keys.flatMap(({ sk }) => bySortKey.get(sk) ?? []));
  return StoredSet.parse(decodeSnapshot(data, maxSetBytes));
}

/**
 * Reads the set that was put in force as this version, which orders name; undefined if it is not kept. One per function
 * instance: each set is loaded once, and is the same object.
 */
export function promotionSetOfVersion(db: Database, table: string) {
  const sets = new Map<number, Promise<PromotionSet | undefined>>();
  const load = async (version: number) => {
    const [item] = (await readBatch(db, { [table]: [headVersionKey(version)] }, true)).get(table) ?? [];
    const head = item === undefined ? undefined : PromotionHeadVersion.parse(item);
    return head?.set && readSet(db, table, head.set);
  };
  return (version: number): Promise<PromotionSet | undefined> => {
    const known = sets.get(version) ?? load(version);
    sets.set(version, known);
    return known;
  };
}

async function readHead(db: Database, table: string): Promise<PromotionHead | undefined> {
  const [key] = headKeys;
  assert(key, 'There is a copy of the head');
  const [item] = (await readBatch(db, { [table]: [key] }, true)).get(table) ?? [];
  return item === undefined ? undefined : PromotionHead.parse(item);
}

/** The compiled set and its heads, for the workflow that writes them. */
export function createPromotionSetStore(
  db: Database,
  { PROMOTION_TABLE_NAME: table }: { PROMOTION_TABLE_NAME: string },
) {
  const setOf = promotionSetReader(db, table);
  const headActions = (head: PromotionHead, now: number): Action[] => [
    ...headKeys.map((key) => ({
      Put: { TableName: table, Item: { ...head, ...key }, ...expectVersion(head.version - 1) },
    })),
    {
      Put: { TableName: table, Item: { ...head, ...headVersionKey(head.version), at: new Date(now).toISOString() } },
    },
  ];

  return {
    /** The head and the set in force, read consistently. */
    async current(): Promise<{ head: PromotionHead | undefined; set: PromotionSet }> {
      const head = await readHead(db, table);
      return { head, set: (await setOf(head)) ?? noPromotions(0) };
    },

    /**
     * Writes the parts of a set, and returns the actions that put it in force: they fail if the head changed since. The
     * set's version is that of the head after `current`. Parts that are never put in force expire. `too-large`: nothing was
     * written.
     */
    async prepare(
      set: PromotionSet,
      current: PromotionHead | undefined,
      now: number,
    ): Promise<{ actions: Action[] } | 'too-large'> {
      const { disabled: _disabled, ...stored } = set;
      assert(set.version === (current?.version ?? 0) + 1, 'The version of a set is the next one of its head');
      const data = encodeSnapshot(stored);
      const parts = Math.ceil(data.byteLength / maxPartBytes);
      if (parts > maxParts || Buffer.byteLength(JSON.stringify(stored)) > maxSetBytes) return 'too-large';
      const setId = `${set.version}-${contentHash(stored).slice(0, 12)}`;
      const expiresAt = Math.floor(now / 1000) + replacedPartDays * secondsPerDay;
      await Promise.all(
        Array.from({ length: parts }, (_, part) => {
          const bytes = data.subarray(part * maxPartBytes, (part + 1) * maxPartBytes);
          const Item = { ...partKey(setId, part), data: bytes, expiresAt };
          return db.send(new PutCommand({ TableName: table, Item }));
        }),
      );
      const replaced = current?.set;
      return {
        actions: [
          ...headActions({ version: set.version, set: { setId, parts }, disabled: current?.disabled ?? false }, now),
          ...Array.from({ length: parts }, (_, part) => keepPart(table, setId, part)),
          ...Array.from({ length: replaced?.parts ?? 0 }, (_, part) =>
            expirePart(table, replaced?.setId ?? '', part, expiresAt),
          ),
        ],
      };
    },

    /** The actions that switch all promotions off or on; they fail if the head changed since. */
    switchActions: (current: PromotionHead | undefined, disabled: boolean, now = Date.now()): Action[] =>
      headActions({ version: (current?.version ?? 0) + 1, set: current?.set, disabled }, now),
  };
}

const keepPart = (TableName: string, setId: string, part: number): Action => ({
  Update: {
    TableName,
    Key: partKey(setId, part),
    UpdateExpression: 'REMOVE expiresAt',
    ConditionExpression: 'attribute_exists(pk)',
  },
});

const expirePart = (TableName: string, setId: string, part: number, expiresAt: number): Action => ({
  Update: {
    TableName,
    Key: partKey(setId, part),
    UpdateExpression: 'SET expiresAt = :at',
    ExpressionAttributeValues: { ':at': expiresAt },
  },
});
