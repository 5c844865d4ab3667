import { GetCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { type Database, transact } from '../../../shared/dynamodb/database.ts';
import { queryPages } from '../../../shared/dynamodb/query-pages.ts';
import {
  balanceKey,
  BalanceRow,
  balanceShards,
  CarriedMonths,
  carriedKey,
  carriedMonthsKey,
} from '../posting/ledger-keys.ts';
import { compressed, StoredBalances } from '../posting/stored-state.ts';

const Header = z.object({ sk: z.string(), transactions: z.int().optional() });

/** The rows of a month in one shard, and how many transactions it has; undefined if it has none. */
type ShardMonth = { shard: string; transactions: number | undefined; rows: BalanceRow[] };

/** Balances that are carried forward from month to month. */
export const createCarriedStore = (db: Database, TableName: string) => ({
  async months(): Promise<CarriedMonths | undefined> {
    const { Item } = await db.send(new GetCommand({ TableName, Key: carriedMonthsKey, ConsistentRead: true }));
    const found = Item && CarriedMonths.parse(Item);
    return found?.through === '' ? undefined : found;
  },

  async balances(month: string): Promise<BalanceRow[]> {
    const { Item } = await db.send(new GetCommand({ TableName, Key: carriedKey(month), ConsistentRead: true }));
    return StoredBalances.parse(Item).balances;
  },

  /** The earliest month that has sums. */
  async firstMonth(): Promise<string | undefined> {
    const firsts = await Promise.all(
      balanceShards.map(async (shard) => {
        const query = {
          TableName,
          KeyConditionExpression: 'pk = :pk AND sk < :tax',
          ExpressionAttributeValues: { ':pk': shard, ':tax': 'TAX#' },
          ConsistentRead: true,
          Limit: 1,
        };
        for await (const items of queryPages(db, query)) return items.map((item) => Header.parse(item).sk.slice(0, 7));
        return [];
      }),
    );
    return firsts.flat().toSorted()[0];
  },

  /** The number of transactions is read before the sums. */
  shardMonths: (month: string): Promise<ShardMonth[]> =>
    Promise.all(
      balanceShards.map(async (shard) => {
        const query = {
          TableName,
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :month)',
          ExpressionAttributeValues: { ':pk': shard, ':month': balanceKey(shard, month).sk },
          ConsistentRead: true,
        };
        const found: ShardMonth = { shard, transactions: undefined, rows: [] };
        for await (const items of queryPages(db, query)) {
          for (const item of items) {
            const row = BalanceRow.safeParse(item).data;
            if (row) found.rows.push(row);
            else found.transactions = Header.parse(item).transactions;
          }
        }
        return found;
      }),
    ),

  /**
   * Carries a month forward, unless something was posted to it since its shards were read. From then on a posting to the
   * month takes it and the later ones out first (`PostingStore.reopen`).
   */
  carry: (
    { month, first, balances }: { month: string; first: string; balances: BalanceRow[] },
    shards: readonly ShardMonth[],
    before: string | undefined,
  ) =>
    transact(db, [
      ...shards.map(({ shard, transactions }) => ({
        Update: {
          TableName,
          Key: balanceKey(shard, month),
          UpdateExpression: 'SET carried = :yes',
          ConditionExpression:
            transactions === undefined ? 'attribute_not_exists(transactions)' : 'transactions = :transactions',
          ExpressionAttributeValues: {
            ':yes': true,
            ...(transactions !== undefined && { ':transactions': transactions }),
          },
        },
      })),
      { Put: { TableName, Item: { ...carriedKey(month), month, balances: compressed(balances) } } },
      {
        Put: {
          TableName,
          Item: { ...carriedMonthsKey, first, through: month },
          ...(before === undefined
            ? {
                ConditionExpression: 'attribute_not_exists(pk) OR through = :none',
                ExpressionAttributeValues: { ':none': '' },
              }
            : { ConditionExpression: 'through = :before', ExpressionAttributeValues: { ':before': before } }),
        },
      },
    ]),
});
export type CarriedStore = ReturnType<typeof createCarriedStore>;
