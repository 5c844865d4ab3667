import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { type Database, readBatch, transact } from '../../../shared/dynamodb/database.ts';
import { type Cause, newEvent } from '../../../shared/contracts/define-event.ts';
import { OrderExportRequested } from '../../../shared/contracts/orders/export-events.ts';
import { OrderExport } from '../../../shared/contracts/orders/export-routes.ts';
import { outboxItem } from '../../../shared/dynamodb/outbox.ts';
import {
  createUnfinishedExports,
  exportKey,
  exportPartition,
  type Unfinished,
} from '../../../shared/dynamodb/unfinished-exports.ts';

/** `onlyChannel`: the export contains this channel's orders only. */
const StoredExport = OrderExport.extend({ onlyChannel: z.string().optional() });
type StoredExport = z.infer<typeof StoredExport>;

export const createExportStore = (db: Database, { ORDER_TABLE_NAME: table }: { ORDER_TABLE_NAME: string }) => {
  const unfinishedExports = createUnfinishedExports(db, table);
  return {
    /** The client's exports that are neither completed nor older than six hours. */
    unfinished: (clientId: string, now: number) => unfinishedExports.read(clientId, now),

    /** Stores the export beside the client's other `unfinished` ones, unless the client requested another meanwhile. */
    async request(
      requested: StoredExport,
      clientId: string,
      unfinished: Unfinished,
      cause: Cause,
    ): Promise<'done' | 'version-conflict'> {
      const { exportId, from, to, onlyChannel } = requested;
      const event = newEvent(OrderExportRequested, { exportId, from, to, onlyChannel }, cause);
      return transact(db, [
        unfinishedExports.addition(clientId, exportId, unfinished, cause.now),
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
  };
};
export type ExportStore = ReturnType<typeof createExportStore>;
