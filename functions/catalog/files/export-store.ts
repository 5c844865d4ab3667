import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { CatalogExportRequested } from '../../../shared/contracts/catalog/export-events.ts';
import { CatalogExport } from '../../../shared/contracts/catalog/file-routes.ts';
import { type Cause, newEvent } from '../../../shared/contracts/define-event.ts';
import { type Database, transact } from '../../../shared/dynamodb/database.ts';
import { expectVersion } from '../../../shared/dynamodb/expect-version.ts';
import { outboxItem } from '../../../shared/dynamodb/outbox.ts';

const exportPartition = (exportId: string) => `EXPORT#${exportId}`;
const exportKey = (exportId: string) => ({ pk: exportPartition(exportId), sk: 'EXPORT' });

/** Requested exports, and their events. */
export const createCatalogExportStore = (
  db: Database,
  { CATALOG_TABLE_NAME: table }: { CATALOG_TABLE_NAME: string },
) => ({
  request: (requested: CatalogExport, cause: Cause): Promise<'done' | 'version-conflict'> => {
    const { exportId, kind } = requested;
    const event = newEvent(CatalogExportRequested, { exportId, kind }, cause);
    return transact(db, [
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
});
export type CatalogExportStore = ReturnType<typeof createCatalogExportStore>;
