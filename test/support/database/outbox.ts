import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { Database } from '../../../shared/dynamodb/database.ts';
import { OutboxItem, timelineKeys } from '../../../shared/dynamodb/outbox.ts';

type OutboxEvent = { detailType: string; detail: { metadata: Record<string, unknown>; data: Record<string, unknown> } };

/** Returns the events of an aggregate in its table, oldest first. */
export async function eventsOf(db: Database, table: string, pk: string): Promise<OutboxEvent[]> {
  const { Items = [] } = await db.send(
    new QueryCommand({ TableName: table, ...timelineKeys(pk), ConsistentRead: true }),
  );
  return Items.map((item) => OutboxItem.parse(item)).map(({ detailType, detail }) => ({
    detailType,
    detail: JSON.parse(detail),
  }));
}
