import assert from 'node:assert';
import { type Cause, newEvent } from '../../../shared/contracts/define-event.ts';
import {
  CodeBatchCompleted,
  CodeBatchDownloaded,
  CodeBatchRequested,
  CodeBatchRevoked,
} from '../../../shared/contracts/promotions/code-events.ts';
import { type Action, type Database, readBatch, transact } from '../../../shared/dynamodb/database.ts';
import { expectVersion } from '../../../shared/dynamodb/expect-version.ts';
import { outboxItem } from '../../../shared/dynamodb/outbox.ts';
import { oldestUnder, queryPages } from '../../../shared/dynamodb/query-pages.ts';
import { CodeItem, codeKey } from '../../../shared/promotions/code-item.ts';
import { promotionKey } from '../promotion/promotion-record.ts';
import { StoredBatch } from './code-batch.ts';

const BatchOnly = StoredBatch.pick({ batchId: true });
type BatchId = Pick<StoredBatch, 'promotionId' | 'batchId'>;
const batchPartition = (promotionId: string) => `CODE-BATCHES#${promotionId}`;
const batchPrefix = 'BATCH#';
/** Positions in the list of the batches of a promotion. */
export const batchPositionPattern = /^BATCH#.{1,128}$/;
const batchKey = ({ promotionId, batchId }: BatchId) => ({
  pk: batchPartition(promotionId),
  sk: `${batchPrefix}${batchId}`,
});

/** Batches of unique codes, and the codes. */
export function createCodeStore(db: Database, { PROMOTION_TABLE_NAME: table }: { PROMOTION_TABLE_NAME: string }) {
  const eventAction = (batch: BatchId, event: Parameters<typeof outboxItem>[1]): Action => ({
    Put: { TableName: table, Item: outboxItem(batchPartition(batch.promotionId), event) },
  });

  /** Raises a counter of the batch; a lower one is ignored, so that a duplicate of the job changes nothing. */
  const raise = (batch: BatchId, path: string, names: Record<string, string>, count: number) =>
    transact(db, [
      {
        Update: {
          TableName: table,
          Key: batchKey(batch),
          UpdateExpression: `SET ${path} = :count`,
          ConditionExpression: `${path} < :count`,
          ExpressionAttributeNames: names,
          ExpressionAttributeValues: { ':count': count },
        },
      },
    ]);

  /** Sets attributes of the batch, if it is in this state and does not have this attribute. */
  const change = (
    batch: BatchId,
    set: Partial<StoredBatch>,
    { status, absent }: { status?: StoredBatch['status']; absent?: keyof StoredBatch },
  ): Action => {
    const names = [...new Set([...Object.keys(set), ...(status ? ['status'] : []), ...(absent ? [absent] : [])])];
    const conditions = [
      'attribute_exists(pk)',
      ...(status ? ['#status = :expected'] : []),
      ...(absent ? [`attribute_not_exists(#${absent})`] : []),
    ];
    return {
      Update: {
        TableName: table,
        Key: batchKey(batch),
        UpdateExpression: `SET ${Object.keys(set)
          .map((name) => `#${name} = :${name}`)
          .join(', ')}`,
        ConditionExpression: conditions.join(' AND '),
        ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
        ExpressionAttributeValues: {
          ...Object.fromEntries(Object.entries(set).map(([name, value]) => [`:${name}`, value])),
          ...(status && { ':expected': status }),
        },
      },
    };
  };

  return {
    /** Ids of all batches of a promotion. */
    async ids(promotionId: string): Promise<string[]> {
      const ids: string[] = [];
      const pages = queryPages(db, {
        TableName: table,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :batches)',
        ExpressionAttributeValues: { ':pk': batchPartition(promotionId), ':batches': batchPrefix },
        ProjectionExpression: 'batchId',
        ConsistentRead: true,
      });
      for await (const items of pages) ids.push(...items.map((item) => BatchOnly.parse(item).batchId));
      return ids;
    },

    /** A page of the batches, by id. `last` is the position of the cursor; without it, there are no more. */
    async list(promotionId: string, after: string | undefined, limit: number) {
      const under = { pk: batchPartition(promotionId), prefix: batchPrefix };
      const { items, last } = await oldestUnder(db, table, under, StoredBatch, { after, limit });
      return { batches: items, last };
    },

    async read(batch: BatchId): Promise<StoredBatch | undefined> {
      const [item] = (await readBatch(db, { [table]: [batchKey(batch)] }, true)).get(table) ?? [];
      return item === undefined ? undefined : StoredBatch.parse(item);
    },

    /** Stores the batch. `version-conflict`: it exists, or the promotion does not. */
    request: (batch: StoredBatch, cause: Cause): Promise<'done' | 'version-conflict'> => {
      const { promotionId, batchId, count } = batch;
      return transact(db, [
        {
          ConditionCheck: {
            TableName: table,
            Key: promotionKey(promotionId),
            ConditionExpression: 'attribute_exists(pk)',
          },
        },
        { Put: { TableName: table, Item: { ...batchKey(batch), ...batch }, ...expectVersion(0) } },
        eventAction(batch, newEvent(CodeBatchRequested, { promotionId, batchId, count }, cause)),
      ]);
    },

    /** Writes codes, at most 100. Writing them again changes nothing, and never the uses of a code or its revocation. */
    async writeCodes({ promotionId, batchId }: BatchId, codes: readonly string[], isRevoked: boolean): Promise<void> {
      const outcome = await transact(
        db,
        codes.map((code) => ({
          Update: {
            TableName: table,
            Key: codeKey(code),
            UpdateExpression: `SET code = :code, promotionId = :promotion, batchId = :batch${isRevoked ? ', revoked = :true' : ''}`,
            ConditionExpression: 'attribute_not_exists(pk) OR (promotionId = :promotion AND batchId = :batch)',
            ExpressionAttributeValues: {
              ':code': code,
              ':promotion': promotionId,
              ':batch': batchId,
              ...(isRevoked && { ':true': true }),
            },
          },
        })),
      );
      assert(outcome === 'done', 'Two batches have different codes: each has 60 random bits');
    },

    generated: (batch: BatchId, count: number) => raise(batch, '#generated', { '#generated': 'generated' }, count),
    revokedCodes: (batch: BatchId, count: number) =>
      raise(batch, '#revoked.#codes', { '#revoked': 'revoked', '#codes': 'codes' }, count),

    /** `version-conflict`: it is completed or revoked. */
    complete: (batch: StoredBatch, cause: Cause): Promise<'done' | 'version-conflict'> => {
      const { promotionId, batchId, count } = batch;
      const completedAt = new Date(cause.now).toISOString();
      return transact(db, [
        change(batch, { status: 'completed', generated: count, completedAt }, { status: 'generating' }),
        eventAction(batch, newEvent(CodeBatchCompleted, { promotionId, batchId, count }, cause)),
      ]);
    },

    /** `version-conflict`: the codes were downloaded, or are not valid. */
    download: ({ promotionId, batchId }: BatchId, cause: Cause): Promise<'done' | 'version-conflict'> => {
      const batch = { promotionId, batchId };
      const downloaded = { at: new Date(cause.now).toISOString(), by: cause.actor };
      return transact(db, [
        change(batch, { downloaded }, { status: 'completed', absent: 'downloaded' }),
        eventAction(batch, newEvent(CodeBatchDownloaded, batch, cause)),
      ]);
    },

    /** `version-conflict`: it was revoked before. */
    revoke: ({ promotionId, batchId }: BatchId, reason: string, cause: Cause): Promise<'done' | 'version-conflict'> => {
      const batch = { promotionId, batchId };
      const revoked = { at: new Date(cause.now).toISOString(), by: cause.actor, reason, codes: 0 };
      return transact(db, [
        change(batch, { status: 'revoked', revoked }, { absent: 'revoked' }),
        eventAction(batch, newEvent(CodeBatchRevoked, batch, cause)),
      ]);
    },

    /** The item of a unique code, in its normal form. */
    async code(code: string): Promise<CodeItem | undefined> {
      const [item] = (await readBatch(db, { [table]: [codeKey(code)] }, true)).get(table) ?? [];
      return item === undefined ? undefined : CodeItem.parse(item);
    },
  };
}
export type CodeStore = ReturnType<typeof createCodeStore>;
