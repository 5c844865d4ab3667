import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { productKey, productPartition } from '../../../shared/catalog/product.ts';
import { type Cause, newEvent } from '../../../shared/contracts/define-event.ts';
import { type Database, transact } from '../../../shared/dynamodb/database.ts';
import { expectVersion } from '../../../shared/dynamodb/expect-version.ts';
import { outboxItem } from '../../../shared/dynamodb/outbox.ts';
import { type Announcement, type announced, ScheduledProduct } from './announcements.ts';

/** Each announcement is made once: an item of its own has its time, so that the version of the product stays. */
const announcementKey = ({ productId, kind, at }: Announcement) => ({
  pk: productPartition(productId),
  sk: `ANNOUNCED#${kind}#${at}`,
});

export const createAnnouncementStore = (
  db: Database,
  { CATALOG_TABLE_NAME: table }: { CATALOG_TABLE_NAME: string },
) => {
  const read = async (Key: { pk: string; sk: string }): Promise<unknown> =>
    (await db.send(new GetCommand({ TableName: table, Key, ConsistentRead: true }))).Item;
  return {
    async product(productId: string): Promise<ScheduledProduct | undefined> {
      return ScheduledProduct.optional().parse(await read(productKey(productId)));
    },

    isAnnounced: async (announcement: Announcement) => (await read(announcementKey(announcement))) !== undefined,

    /** Writes the event, unless it was announced before or the product has changed. */
    record(
      announcement: Announcement,
      { definition, data }: NonNullable<ReturnType<typeof announced>>,
      cause: Cause,
    ): Promise<'done' | 'version-conflict'> {
      const { productId, at } = announcement;
      const event = newEvent(definition, data, cause, at);
      return transact(db, [
        {
          Put: {
            TableName: table,
            Item: { ...announcementKey(announcement), eventId: event.detail.metadata.eventId },
            ConditionExpression: 'attribute_not_exists(pk)',
          },
        },
        { Put: { TableName: table, Item: outboxItem(productPartition(productId), event) } },
        { ConditionCheck: { TableName: table, Key: productKey(productId), ...expectVersion(data.version) } },
      ]);
    },
  };
};
export type AnnouncementStore = ReturnType<typeof createAnnouncementStore>;
