import { PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { type Database, readBatch } from '../../../shared/dynamodb/database.ts';

const deferralKey = (messageId: string) => ({ pk: `MESSAGE#${messageId}`, sk: 'WAIT' });

/** The last deferral of a message: its number, from 1, and its end in milliseconds since the epoch. */
const Deferral = z.object({ number: z.int().min(1), until: z.number() });
export type Deferral = z.infer<typeof Deferral>;

/** Deferrals by message. The receive count of SQS also counts deliveries that failed. */
export const createDeferralStore = (db: Database, { STOCK_TABLE_NAME: table }: { STOCK_TABLE_NAME: string }) => ({
  async last(messageId: string): Promise<Deferral | undefined> {
    const [item] = (await readBatch(db, { [table]: [deferralKey(messageId)] }, true)).get(table) ?? [];
    return Deferral.optional().parse(item);
  },

  async put(messageId: string, deferral: Deferral): Promise<void> {
    await db.send(new PutCommand({ TableName: table, Item: { ...deferralKey(messageId), ...deferral } }));
  },
});
export type DeferralStore = ReturnType<typeof createDeferralStore>;
