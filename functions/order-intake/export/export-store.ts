import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { type Database, readBatch, transact } from '../../../shared/dynamodb/database.ts';
import { type Cause, newEvent } from '../../../shared/contracts/define-event.ts';
import { OrderExportRequested } from '../../../shared/contracts/orders/export-events.ts';
import { OrderExport } from '../../../shared/contracts/orders/export-routes.ts';
import { outboxItem } from '../../../shared/dynamodb/outbox.ts';

/** `onlyChannel`: the export contains this channel's orders only. */
const StoredExport = OrderExport.extend({ onlyChannel: z.string().optional() });
type StoredExport = z.infer<typeof StoredExport>;

const exportPartition = (exportId: string) => `EXPORT#${exportId}`;
const exportKey = (exportId: string) => ({ pk: exportPartition(exportId), sk: 'EXPORT' });

export const createExportStore = (db: Database, { ORDER_TABLE_NAME: table }: { ORDER_TABLE_NAME: string }) => ({
  async request(requested: StoredExport, cause: Cause): Promise<void> {
    const { exportId, from, to, onlyChannel } = requested;
    const event = newEvent(OrderExportRequested, { exportId, from, to, onlyChannel }, cause);
    await transact(db, [
      { Put: { TableName: table, Item: { ...exportKey(exportId), ...requested } } },
      { Put: { TableName: table, Item: outboxItem(exportPartition(exportId), event) } },
    ]);
  },

  async read(exportId: string): Promise<StoredExport | undefined> {
    const [item] = (await readBatch(db, { [table]: [exportKey(exportId)] }, true)).get(table) ?? [];
    return item === undefined ? undefined : StoredExport.parse(item);
  },

  async complete(exportId: string, orders: number, file: string): Promise<void> {
    await db.send(
      new UpdateCommand({
        TableName: table,
        Key: exportKey(exportId),
        UpdateExpression: 'SET #status = :completed, orders = :orders, #file = :file',
        ExpressionAttributeNames: { '#status': 'status', '#file': 'file' },
        ExpressionAttributeValues: { ':completed': 'completed', ':orders': orders, ':file': file },
      }),
    );
  },
});
export type ExportStore = ReturnType<typeof createExportStore>;
