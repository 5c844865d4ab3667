import { PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { type Database, readBatch } from '../../shared/dynamodb/database.ts';

const waitKey = (messageId: string) => ({ pk: `MESSAGE#${messageId}`, sk: 'WAIT' });

/** The last wait of a message: its number, from 1, and its end in milliseconds since the epoch. */
const Wait = z.object({ number: z.int().min(1), until: z.number() });
export type Wait = z.infer<typeof Wait>;

/** How messages waited. SQS counts how often it gave them out, also when nobody could look at them. */
export const createWaitStore = (db: Database, { STOCK_TABLE_NAME: table }: { STOCK_TABLE_NAME: string }) => ({
  async last(messageId: string): Promise<Wait | undefined> {
    const [item] = (await readBatch(db, { [table]: [waitKey(messageId)] }, true))[table] ?? [];
    return Wait.optional().parse(item);
  },

  async put(messageId: string, wait: Wait): Promise<void> {
    await db.send(new PutCommand({ TableName: table, Item: { ...waitKey(messageId), ...wait } }));
  },
});
export type WaitStore = ReturnType<typeof createWaitStore>;
