import { GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { daysBefore } from '../../../shared/business-day.ts';
import { type Database, readBatch } from '../../../shared/dynamodb/database.ts';
import { queryPages } from '../../../shared/dynamodb/query-pages.ts';
import {
  BalanceRow,
  balanceShards,
  byDay,
  byLate,
  carriedKey,
  CarriedMonths,
  carriedMonthsKey,
  dayShards,
  lateKey,
  monthAfter,
  Period,
  periodKey,
  StoredTransaction,
  taxPrefix,
  TaxSum,
  transactionKey,
  transactionPartition,
} from './ledger-keys.ts';
import { StoredBalances } from './stored-state.ts';

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

    /** Output tax of some months, of all shards. */
    async taxSums(months: readonly string[]): Promise<TaxSum[]> {
      const places = balanceShards.flatMap((shard) => months.map((month) => ({ shard, month })));
      const read = async ({ shard, month }: { shard: string; month: string }) => {
        const query = {
          TableName,
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
          ExpressionAttributeValues: { ':pk': shard, ':prefix': taxPrefix(month) },
          ConsistentRead: true,
        };
        const found: TaxSum[] = [];
        for await (const items of queryPages(db, query)) found.push(...items.map((item) => TaxSum.parse(item)));
        return found;
      };
      return (await Promise.all(places.map(read))).flat();
    },

    /**
     * As `sums`, for statements from `from` on: the months before are one balance, which is dated the month before the first
     * that is read. So a statement reads its own months and those that are not carried forward yet.
     */
    async statementSums(from: string, to: string): Promise<BalanceRow[]> {
      const { Item } = await db.send(new GetCommand({ TableName, Key: carriedMonthsKey, ConsistentRead: true }));
      const { first, through } = CarriedMonths.catch({ first: '', through: '' }).parse(Item);
      const before = monthAfter(from, -1);
      const base = through < before ? through : before;
      if (through === '' || base < first) return this.sums({ to });
      const carried = await db.send(new GetCommand({ TableName, Key: carriedKey(base), ConsistentRead: true }));
      const { balances } = StoredBalances.parse(carried.Item);
      return [...balances, ...(await this.sums({ from: monthAfter(base), to }))];
    },

    async period(month: string): Promise<Period | undefined> {
      const { Item } = await db.send(new GetCommand({ TableName, Key: periodKey(month), ConsistentRead: true }));
      return Item && Period.parse(Item);
    },
  };
};
export type JournalStore = ReturnType<typeof createJournalStore>;

export const daysFrom = (first: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => daysBefore(first, -index));

const maxDaysAtOnce = 16;

/**
 * The transactions of days, a page of a day at a time, after a code of the first day. While days fit into a page, twice as
 * many are read at once as before: an account with few postings would otherwise take a read for each day.
 */
export async function* pagesOfDays(
  store: Pick<JournalStore, 'ofDay'>,
  days: readonly string[],
  { after, perPage }: { after?: string | undefined; perPage: number },
): AsyncGenerator<{ day: string; transactions: StoredTransaction[] }> {
  let [next, atOnce, code] = [0, 1, after];
  while (next < days.length) {
    const first = code;
    const read = async (day: string, index: number) => ({
      day,
      transactions: await store.ofDay(day, index === 0 ? first : undefined, perPage),
    });
    const pages = await Promise.all(days.slice(next, next + atOnce).map(read));
    [atOnce, code] = [Math.min(2 * atOnce, maxDaysAtOnce), undefined];
    for (const page of pages) {
      yield page;
      if (page.transactions.length === perPage) {
        // The rest of this day comes before the days that were read with it.
        [atOnce, code] = [1, page.transactions.at(-1)?.code];
        break;
      }
      next += 1;
    }
  }
}
