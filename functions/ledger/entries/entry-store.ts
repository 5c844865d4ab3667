import { GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { type Cause, newEvent } from '../../../shared/contracts/define-event.ts';
import { LedgerEntryApproved } from '../../../shared/contracts/ledger/entry-events.ts';
import { type Database, readBatch, transact } from '../../../shared/dynamodb/database.ts';
import { outboxItem } from '../../../shared/dynamodb/outbox.ts';
import { byWaiting, transactionKey } from '../posting/ledger-keys.ts';
import { Entry } from './entry.ts';

const entryKey = (entryId: string) => ({ pk: `ENTRY#${entryId}`, sk: 'ENTRY' });
/** Beside the transaction, so that one is taken back as a whole once. */
const reversalKey = (code: string) => ({ pk: transactionKey(code).pk, sk: `REVERSED#${code}` });
const pendingKey = 'ENTRIES';
const maxPending = 100;
const Keys = z.object({ pk: z.string(), sk: z.string() });

/** Entries that persons make, with their decisions. */
export const createEntryStore = (db: Database, TableName: string) => ({
  async find(entryId: string): Promise<Entry | undefined> {
    const { Item } = await db.send(new GetCommand({ TableName, Key: entryKey(entryId), ConsistentRead: true }));
    return Item && Entry.parse(Item);
  },

  async isReversed(code: string): Promise<boolean> {
    const { Item } = await db.send(new GetCommand({ TableName, Key: reversalKey(code), ConsistentRead: true }));
    return Item !== undefined;
  },

  /** The entries that wait for approval, by id. */
  async pending(): Promise<Entry[]> {
    const { Items = [] } = await db.send(
      new QueryCommand({
        TableName,
        IndexName: byWaiting.name,
        KeyConditionExpression: '#key = :key',
        ExpressionAttributeNames: { '#key': byWaiting.attribute },
        ExpressionAttributeValues: { ':key': pendingKey },
        Limit: maxPending,
      }),
    );
    if (Items.length === 0) return [];
    const keys = Items.map((item) => Keys.parse(item));
    const found = (await readBatch(db, { [TableName]: keys }, true)).get(TableName) ?? [];
    return found.map((item) => Entry.parse(item)).toSorted((a, b) => (a.entryId < b.entryId ? -1 : 1));
  },

  request: (entry: Entry) =>
    transact(db, [
      {
        Put: {
          TableName,
          Item: { ...entryKey(entry.entryId), ...entry, [byWaiting.attribute]: pendingKey },
          ConditionExpression: 'attribute_not_exists(pk)',
        },
      },
    ]),

  reject: (entry: Entry) => transact(db, [decided(TableName, entry)]),

  /** Approves an entry with the event that posts it. A whole transaction is reversed once. */
  async approve(entry: Entry, cause: Cause): Promise<Entry | 'version-conflict'> {
    const { entryId, date, text, currency, postings, reverses, requestedBy } = entry;
    const event = newEvent(
      LedgerEntryApproved,
      { entryId, date, text, currency, postings, reverses, requestedBy, approvedBy: entry.decidedBy ?? '' },
      cause,
    );
    const approved = { ...entry, eventId: event.detail.metadata.eventId };
    const outcome = await transact(db, [
      decided(TableName, approved),
      { Put: { TableName, Item: outboxItem(entryKey(entryId).pk, event) } },
      ...(reverses !== undefined && entry.reversesWhole
        ? [
            {
              Put: {
                TableName,
                Item: { ...reversalKey(reverses), entryId },
                ConditionExpression: 'attribute_not_exists(pk)',
              },
            },
          ]
        : []),
    ]);
    return outcome === 'done' ? approved : outcome;
  },
});
export type EntryStore = ReturnType<typeof createEntryStore>;

const decided = (TableName: string, entry: Entry) => ({
  Put: {
    TableName,
    Item: { ...entryKey(entry.entryId), ...entry, version: entry.version + 1 },
    ConditionExpression: 'version = :version',
    ExpressionAttributeValues: { ':version': entry.version },
  },
});
