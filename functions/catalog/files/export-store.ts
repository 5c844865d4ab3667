import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { CatalogExportRequested } from '../../../shared/contracts/catalog/export-events.ts';
import { CatalogExport } from '../../../shared/contracts/catalog/file-routes.ts';
import { type Cause, newEvent } from '../../../shared/contracts/define-event.ts';
import { type Database, transact } from '../../../shared/dynamodb/database.ts';
import { expectVersion } from '../../../shared/dynamodb/expect-version.ts';
import { outboxItem } from '../../../shared/dynamodb/outbox.ts';
import {
  createUnfinishedExports,
  exportKey,
  exportPartition,
  type Unfinished,
} from '../../../shared/dynamodb/unfinished-exports.ts';

/** Requested exports, and their events. */
export const createCatalogExportStore = (
  db: Database,
  { CATALOG_TABLE_NAME: table }: { CATALOG_TABLE_NAME: string },
) => {
  const unfinishedExports = createUnfinishedExports(db, table);
  return {
    /** The client's exports that are neither completed nor older than six hours. */
    unfinished: (clientId: string, now: number) => unfinishedExports.read(clientId, now),

    /** Stores the export beside the client's other `unfinished` ones, unless the client requested another meanwhile. */
    request: (
      requested: CatalogExport,
      clientId: string,
      unfinished: Unfinished,
      cause: Cause,
    ): Promise<'done' | 'version-conflict'> => {
      const { exportId, kind } = requested;
      const event = newEvent(CatalogExportRequested, { exportId, kind }, cause);
      return transact(db, [
        unfinishedExports.addition(clientId, exportId, unfinished, cause.now),
        { Put: { TableName: table, Item: { ...exportKey(exportId), ...requested }, ...expectVersion(0) } },
        { Put: { TableName: table, Item: outboxItem(exportPartition(exportId), event) } },
      ]);
    },

    async read(exportId: string): Promise<CatalogExport | undefined> {
      const { Item } = await db.send(
        new GetCommand({ TableName: table, Key: exportKey(exportId), ConsistentRead: true }),
      );
      return Item && CatalogExport.parse(Item);
    },

    async complete(exportId: string, rows: number, file: string): Promise<void> {
      await db.send(
        new UpdateCommand({
          TableName: table,
          Key: exportKey(exportId),
          UpdateExpression: 'SET #status = :completed, #rows = :rows, #file = :file',
          ExpressionAttributeNames: { '#status': 'status', '#rows': 'rows', '#file': 'file' },
          ExpressionAttributeValues: { ':completed': 'completed', ':rows': rows, ':file': file },
        }),
      );
    },
  };
};
export type CatalogExportStore = ReturnType<typeof createCatalogExportStore>;
