import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { type Database, readBatch, transact } from '../../../shared/dynamodb/database.ts';
import { type Cause, newEvent } from '../../../shared/contracts/define-event.ts';
import { OrderExportRequested } from '../../../shared/contracts/orders/export-events.ts';
import { OrderExport } from '../../../shared/contracts/orders/export-routes.ts';
import { expectVersion } from '../../../shared/dynamodb/expect-version.ts';
import { outboxItem } from '../../../shared/dynamodb/outbox.ts';

/** `onlyChannel`: the export contains this channel's orders only. */
const StoredExport = OrderExport.extend({ onlyChannel: z.string().optional() });
type StoredExport = z.infer<typeof StoredExport>;

const exportPartition = (exportId: string) => `EXPORT#${exportId}`;
const exportKey = (exportId: string) => ({ pk: exportPartition(exportId), sk: 'EXPORT' });

/** The exports of a client that were not completed when it last requested one. `version` is 0 before the first. */
const Unfinished = z.object({
  version: z.int().positive(),
  exports: z.array(z.object({ exportId: z.string(), requestedAt: z.int() })),
});
type Unfinished = { version: number; exports: z.infer<typeof Unfinished>['exports'] };
const unfinishedKey = (clientId: string) => ({ pk: `${exportPartition('CLIENT')}#${clientId}`, sk: 'UNFINISHED' });
/** An export that failed does not count for longer. Its message is then in the dead-letter queue, or soon will be. */
const countedMs = 6 * 3_600_000;

export const createExportStore = (db: Database, { ORDER_TABLE_NAME: table }: { ORDER_TABLE_NAME: string }) => ({
  /** The client's exports that are neither completed nor older than six hours. */
  async unfinished(clientId: string, now: number): Promise<Unfinished> {
    const [item] = (await readBatch(db, { [table]: [unfinishedKey(clientId)] }, true)).get(table) ?? [];
    const { version, exports } = item === undefined ? { version: 0, exports: [] } : Unfinished.parse(item);
    const recent = exports.filter(({ requestedAt }) => now - requestedAt < countedMs);
    const keys = recent.map(({ exportId }) => exportKey(exportId));
    const items = keys.length === 0 ? [] : ((await readBatch(db, { [table]: keys }, true)).get(table) ?? []);
    const stored = items.map((each) => StoredExport.parse(each));
    const completed = new Set(stored.filter(({ status }) => status === 'completed').map(({ exportId }) => exportId));
    return { version, exports: recent.filter(({ exportId }) => !completed.has(exportId)) };
  },

  /** Stores the export beside the client's other `unfinished` ones, unless the client requested another meanwhile. */
  async request(
    requested: StoredExport,
    clientId: string,
    { version, exports }: Unfinished,
    cause: Cause,
  ): Promise<'done' | 'version-conflict'> {
    const { exportId, from, to, onlyChannel } = requested;
    const event = newEvent(OrderExportRequested, { exportId, from, to, onlyChannel }, cause);
    const own = {
      ...unfinishedKey(clientId),
      version: version + 1,
      exports: [...exports, { exportId, requestedAt: cause.now }],
      expiresAt: Math.ceil((cause.now + countedMs) / 1000),
    };
    return transact(db, [
      { Put: { TableName: table, Item: own, ...expectVersion(version) } },
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
