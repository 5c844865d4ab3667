import { GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { type Database, readBatch } from '../../../shared/dynamodb/database.ts';
import { queryPages } from '../../../shared/dynamodb/query-pages.ts';
import {
  BalanceRow,
  balanceShards,
  byDay,
  byLate,
  dayShards,
  lateKey,
  Period,
  periodKey,
  StoredTransaction,
  transactionKey,
  transactionPartition,
} from './ledger-keys.ts';

const Code = z.object({ code: z.string() });

/** Transactions and sums, read only. */
export const createJournalStore = (db: Database, TableName: string) => {
  /** Up to `count` codes under an index key, after one. */
  const codes = async (index: typeof byDay, key: string, after: string | undefined, count: number) => {
    const { Items = [] } = await db.send(
      new QueryCommand({
        TableName,
        IndexName: index.name,
        KeyConditionExpression: '#key = :key AND code > :after',
        ExpressionAttributeNames: { '#key': index.attribute },
        ExpressionAttributeValues: { ':key': key, ':after': after ?? ' ' },
        Limit: count,
      }),
    );
    return Items.map((item) => Code.parse(item).code);
  };
  const transactions = async (wanted: readonly string[]): Promise<StoredTransaction[]> => {
    if (wanted.length === 0) return [];
    const items = (await readBatch(db, { [TableName]: wanted.map(transactionKey) }, true)).get(TableName) ?? [];
    return items.map((item) => StoredTransaction.parse(item)).toSorted((a, b) => (a.code < b.code ? -1 : 1));
  };
  return {
    /** Up to `count` transactions of a day, by code, after one. A shorter page is the last. */
    async ofDay(day: string, after: string | undefined, count: number): Promise<StoredTransaction[]> {
      const found = await Promise.all(dayShards(day).keys.map((key) => codes(byDay, key, after, count)));
      return transactions(found.flat().toSorted().slice(0, count));
    },

    /** Up to `count` transactions for a closed month, posted later. */
    async lateFor(month: string, count: number): Promise<StoredTransaction[]> {
      return transactions(await codes(byLate, lateKey(month), undefined, count));
    },

    async ofEvent(eventId: string): Promise<StoredTransaction[]> {
      const found: StoredTransaction[] = [];
      const query = {
        TableName,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': transactionPartition(eventId) },
        ConsistentRead: true,
      };
      for await (const items of queryPages(db, query)) {
        for (const item of items) {
          const transaction = StoredTransaction.safeParse(item);
          // An event of a SKU without postings has a code only.
          if (transaction.success) found.push(transaction.data);
        }
      }
      return found;
    },

    /** Sums by month, currency and account, from the first month to `to`, of all shards. */
    async sums({ from = '', to }: { from?: string; to: string }): Promise<BalanceRow[]> {
      const sums = new Map<string, BalanceRow>();
      const addShard = async (shard: string) => {
        const query = {
          TableName,
          KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
          ExpressionAttributeValues: { ':pk': shard, ':from': from === '' ? ' ' : from, ':to': `${to}~` },
          ConsistentRead: true,
        };
        for await (const items of queryPages(db, query)) {
          for (const item of items) {
            // The number of a month's transactions is an item beside its sums.
            const row = BalanceRow.safeParse(item).data;
            if (!row) continue;
            const key = `${row.month}#${row.currency}#${row.account}`;
            const { debitMinor = 0, creditMinor = 0 } = sums.get(key) ?? {};
            sums.set(key, {
              ...row,
              debitMinor: debitMinor + row.debitMinor,
              creditMinor: creditMinor + row.creditMinor,
            });
          }
        }
      };
      await Promise.all(balanceShards.map(addShard));
      return [...sums.values()];
    },

    async period(month: string): Promise<Period | undefined> {
      const { Item } = await db.send(new GetCommand({ TableName, Key: periodKey(month), ConsistentRead: true }));
      return Item && Period.parse(Item);
    },
  };
};
export type JournalStore = ReturnType<typeof createJournalStore>;
