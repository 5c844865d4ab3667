import * as z from 'zod';
import type { NewEvent } from '../../../shared/contracts/define-event.ts';
import { outboxItem } from '../../../shared/dynamodb/outbox.ts';
import { type Action, type Database, type Key, readBatch, transact } from '../../../shared/dynamodb/database.ts';
import {
  balanceKey,
  balanceShards,
  CarriedMonths,
  carriedMonthsKey,
  dayShards,
  exportsKey,
  lateKey,
  monthAfter,
  orderKey,
  Period,
  periodKey,
  skuStateKey,
  taxKey,
  type StoredTransaction,
  type TaxSum,
  transactionKey,
  transactionPartition,
  waitingShard,
} from '../posting/ledger-keys.ts';
import { type OrderState, placementOf } from '../posting/order-facts.ts';
import { termsOf } from '../posting/order-terms.ts';
import type { SkuState } from '../posting/sku-cost.ts';
import { compressed, StoredOrder, StoredSku } from '../posting/stored-state.ts';

/** A state with the version of its item; 0 for none. */
export type Versioned<S> = { state: S; version: number };

/** What one DynamoDB transaction writes. */
export type Write = {
  shard: string;
  transactions: StoredTransaction[];
  markers: string[];
  orders: Map<string, Versioned<OrderState>>;
  skus: Map<string, Versioned<SkuState>>;
  /** What changed in the stock of SKUs, by transaction. */
  events: NewEvent[];
};

const Code = z.object({ code: z.string() });

/** The tables's items that postings need. Reads are consistent. */
export const createPostingStore = (db: Database, table: string) => {
  const read = async (keys: Key[]) =>
    keys.length === 0 ? [] : ((await readBatch(db, { [table]: keys }, true)).get(table) ?? []);
  return {
    async orders(orderIds: string[]): Promise<Map<string, Versioned<OrderState>>> {
      const items = (await read(orderIds.map(orderKey))).map((item) => StoredOrder.parse(item));
      return new Map(items.map(({ orderId, state, version }) => [orderId, { state, version }]));
    },

    async skus(skus: string[]): Promise<Map<string, Versioned<SkuState>>> {
      const items = (await read(skus.map(skuStateKey))).map((item) => StoredSku.parse(item));
      return new Map(items.map(({ sku, state, version }) => [sku, { state, version }]));
    },

    /** Those of the codes that are posted. */
    async posted(codes: string[]): Promise<Set<string>> {
      const items = (await read(codes.map(transactionKey))).map((item) => Code.parse(item));
      return new Set(items.map(({ code }) => code));
    },

    /** Those of the months that are closed, and the months whose balances are carried forward. */
    async closed(months: string[]): Promise<{ closed: Set<string>; carried: CarriedMonths | undefined }> {
      const items = await read([...months.map(periodKey), carriedMonthsKey]);
      const carried = items.flatMap((item) => CarriedMonths.safeParse(item).data ?? [])[0];
      const closed = new Set(items.flatMap((item) => Period.safeParse(item).data?.month ?? []));
      return { closed, carried: carried?.through === '' ? undefined : carried };
    },

    /** Takes a month and all later ones out of those that are carried forward, the latest first. */
    async reopen(from: string, { first, through }: CarriedMonths): Promise<'done' | 'version-conflict'> {
      const last = from < first ? first : from;
      for (let month = through; month >= last; month = monthAfter(month, -1)) {
        const outcome = await transact(
          db,
          reopening(table, month, { first, through: month === first ? '' : monthAfter(month, -1) }),
        );
        if (outcome === 'version-conflict') return outcome;
      }
      return 'done';
    },

    /** Writes transactions, states and sums together, or nothing if a state changed or a month was closed meanwhile. */
    write: (write: Write) => transact(db, actionsOf(table, write)),
  };
};
export type PostingStore = ReturnType<typeof createPostingStore>;

const reopening = (TableName: string, month: string, after: CarriedMonths): Action[] => [
  ...balanceShards.map((shard) => ({
    Update: { TableName, Key: balanceKey(shard, month), UpdateExpression: 'REMOVE carried' },
  })),
  {
    Put: {
      TableName,
      Item: { ...carriedMonthsKey, ...after },
      ConditionExpression: 'through = :month',
      ExpressionAttributeValues: { ':month': month },
    },
  },
];

function actionsOf(TableName: string, { shard, transactions, markers, orders, skus, events }: Write): Action[] {
  const once = 'attribute_not_exists(pk)';
  const put = (Item: object, ConditionExpression: string, values?: object): Action => ({
    Put: {
      TableName,
      Item: { ...Item },
      ConditionExpression,
      ...(values && { ExpressionAttributeValues: { ...values } }),
    },
  });
  const putState = (item: object, version: number) =>
    version === 0
      ? put({ ...item, version: 1 }, once)
      : put({ ...item, version: version + 1 }, 'version = :version', { ':version': version });
  return [
    ...transactions.map((transaction) => put(itemOf(transaction), once)),
    ...events.map((event): Action => ({
      Put: { TableName, Item: outboxItem(transactionPartition(event.detail.metadata.causationId), event) },
    })),
    ...markers.map((code) => put({ ...transactionKey(code), code }, once)),
    ...Array.from(orders, ([orderId, { state, version }]) =>
      putState(
        {
          ...orderKey(orderId),
          orderId,
          state: compressed(state),
          ...waitingOf(state),
        },
        version,
      ),
    ),
    ...Array.from(skus, ([sku, { state, version }]) =>
      putState({ ...skuStateKey(sku), sku, state: compressed(state) }, version),
    ),
    ...Array.from(taxSumsOf(transactions), ([sk, { baseMinor, taxMinor, ...row }]): Action => {
      const names = Object.keys(row);
      return {
        Update: {
          TableName,
          Key: { pk: shard, sk },
          UpdateExpression: `ADD baseMinor :base, taxMinor :tax SET ${names.map((name) => `#${name} = :${name}`).join(', ')}`,
          ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
          ExpressionAttributeValues: {
            ':base': baseMinor,
            ':tax': taxMinor,
            ...Object.fromEntries(Object.entries(row).map(([name, value]) => [`:${name}`, value])),
          },
        },
      };
    }),
    ...Array.from(sumsOf(transactions), ([sk, { month, debit, credit, currency, account }]): Action => {
      const isHeader = account === undefined;
      return {
        Update: {
          TableName,
          Key: isHeader ? balanceKey(shard, month) : { pk: shard, sk },
          UpdateExpression: isHeader
            ? 'ADD transactions :count'
            : 'ADD debitMinor :debit, creditMinor :credit SET #month = :month, currency = :currency, account = :account',
          ...(isHeader
            ? {
                ConditionExpression: 'attribute_not_exists(closedAt) AND attribute_not_exists(carried)',
                ExpressionAttributeValues: { ':count': debit },
              }
            : {
                ExpressionAttributeNames: { '#month': 'month' },
                ExpressionAttributeValues: {
                  ':debit': debit,
                  ':credit': credit,
                  ':month': month,
                  ':currency': currency,
                  ':account': account,
                },
              }),
        },
      };
    }),
  ];
}

/** An order without its placement waits for it; an export waits for its shipment. */
function waitingOf({ facts }: OrderState): { waitingKey?: string } {
  const placed = placementOf(facts);
  if (!placed) return { waitingKey: waitingShard };
  if (placed.relief !== 'export' || placed.isImported) return {};
  const isProven = termsOf(facts)?.lines.every(({ shipped, quantity }) => shipped >= quantity) ?? true;
  return isProven ? {} : { waitingKey: exportsKey(new Date(placed.at).toISOString().slice(0, 7)) };
}

const itemOf = (transaction: StoredTransaction) => ({
  ...transactionKey(transaction.code),
  ...transaction,
  dayKey: dayShards(transaction.date).keyOf(transaction.code),
  ...(transaction.for !== undefined && { lateKey: lateKey(transaction.for.slice(0, 7)) }),
});

type Sum = { month: string; debit: number; credit: number; currency?: string; account?: string };

/** Debits and credits by month, currency and account, and the number of transactions by month, by sort key. */
export function sumsOf(transactions: readonly StoredTransaction[]): Map<string, Sum> {
  const sums = new Map<string, Sum>();
  for (const { date, currency, postings } of transactions) {
    const month = date.slice(0, 7);
    const header = balanceKey('', month).sk;
    sums.set(header, { month, credit: 0, debit: (sums.get(header)?.debit ?? 0) + 1 });
    for (const { account, amountMinor } of postings) {
      const { sk } = balanceKey('', month, currency, account);
      const { debit = 0, credit = 0 } = sums.get(sk) ?? {};
      sums.set(sk, {
        month,
        currency,
        account,
        debit: debit + Math.max(0, amountMinor),
        credit: credit + Math.max(0, -amountMinor),
      });
    }
  }
  return sums;
}

/** Output tax by month, currency, the closed month that it is for, place, rate and relief, by sort key. */
export function taxSumsOf(transactions: readonly StoredTransaction[]): Map<string, TaxSum> {
  const sums = new Map<string, TaxSum>();
  for (const { date, currency, taxes = [], ...transaction } of transactions) {
    const [month, forMonth] = [date.slice(0, 7), transaction.for?.slice(0, 7)];
    for (const { place, rate, percentage, relief, ...due } of taxes) {
      const { sk } = taxKey('', month, [currency, forMonth, place, rate, percentage, relief]);
      const { baseMinor = 0, taxMinor = 0 } = sums.get(sk) ?? {};
      sums.set(sk, {
        month,
        currency,
        place,
        rate,
        ...(forMonth !== undefined && { forMonth }),
        ...(percentage !== undefined && { percentage }),
        ...(relief && { relief }),
        baseMinor: baseMinor + due.baseMinor,
        taxMinor: taxMinor + due.taxMinor,
      });
    }
  }
  return sums;
}
