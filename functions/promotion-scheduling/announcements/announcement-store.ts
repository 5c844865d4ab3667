import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { type Cause, newEvent } from '../../../shared/contracts/define-event.ts';
import { type Database, type Key, readBatch, transact } from '../../../shared/dynamodb/database.ts';
import { expectVersion } from '../../../shared/dynamodb/expect-version.ts';
import { outboxItem } from '../../../shared/dynamodb/outbox.ts';
import { promotionKey, promotionPartition, type PromotionRecord, recordOf } from '../promotion/promotion-record.ts';
import { Announced, type announcementsDue } from './announcements.ts';

const announcedKey = (promotionId: string): Key => ({ pk: promotionPartition(promotionId), sk: 'ANNOUNCED' });
const dueKey = 'ANNOUNCEMENT';
/** Promotions that one sweep announces; the next one announces the others. */
const maxOverdue = 500;
const Keyed = z.object({ pk: z.string(), sk: z.string() });

/** What was announced of promotions: an item beside each, so that its version stays. */
export function createAnnouncementStore(
  db: Database,
  { PROMOTION_TABLE_NAME: table }: { PROMOTION_TABLE_NAME: string },
) {
  return {
    /** A promotion and what was announced of it. */
    async load(promotionId: string): Promise<{ record: PromotionRecord | undefined; last: Announced | undefined }> {
      const keys = [promotionKey(promotionId), announcedKey(promotionId)];
      const items = (await readBatch(db, { [table]: keys }, true)).get(table) ?? [];
      const at = ({ sk }: Key) => items.find((item) => Keyed.parse(item).sk === sk);
      const record = at(promotionKey(promotionId));
      return {
        record: record === undefined ? undefined : recordOf(record),
        last: Announced.optional().parse(at(announcedKey(promotionId))),
      };
    },

    /** Writes the events and the time of the next one, unless the promotion or its announcements changed. */
    record(
      record: PromotionRecord,
      { due, next }: ReturnType<typeof announcementsDue>,
      cause: Cause,
    ): Promise<'done' | 'version-conflict'> {
      const { promotionId, version, definition, inForce } = record;
      const pk = promotionPartition(promotionId);
      const shown = inForce ?? { definition, version };
      const dueIndex = next.dueAt === undefined ? {} : { dueKey };
      return transact(db, [
        {
          Put: {
            TableName: table,
            Item: { ...announcedKey(promotionId), ...next, ...dueIndex },
            ...expectVersion(next.version - 1),
          },
        },
        ...due.map(({ definition: event, at }) => {
          const time = new Date(at).toISOString();
          const data = { promotionId, name: shown.definition.name, version: shown.version, at: time };
          return { Put: { TableName: table, Item: outboxItem(pk, newEvent(event, data, cause, time)) } };
        }),
        { ConditionCheck: { TableName: table, Key: promotionKey(promotionId), ...expectVersion(version) } },
      ]);
    },

    /** Promotions whose announcement was due before `before` (RFC 3339). */
    async overdue(before: string): Promise<string[]> {
      const { Items = [] } = await db.send(
        new QueryCommand({
          TableName: table,
          IndexName: 'byDue',
          KeyConditionExpression: 'dueKey = :key AND dueAt < :before',
          ExpressionAttributeValues: { ':key': dueKey, ':before': before },
          Limit: maxOverdue,
        }),
      );
      return Items.map((item) => Keyed.parse(item).pk.slice(promotionPartition('').length));
    },
  };
}
export type AnnouncementStore = ReturnType<typeof createAnnouncementStore>;
