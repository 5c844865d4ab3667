import { expect, test } from 'vitest';
import { createCarriedStore } from '../../../functions/ledger/carry-forward/carried-store.ts';
import { carryMonths } from '../../../functions/ledger/carry-forward/carry-months.ts';
import { postBatch } from '../../../functions/ledger/consumption/post-batch.ts';
import { createPostingStore } from '../../../functions/ledger/consumption/posting-store.ts';
import { createJournalStore } from '../../../functions/ledger/posting/journal-store.ts';
import { balanceShards, monthAfter } from '../../../functions/ledger/posting/ledger-keys.ts';
import { accountSums } from '../../../functions/ledger/statements/statements.ts';
import { businessDays } from '../../../shared/business-day.ts';
import { databaseForEach, tables } from '../../support/database/dynamodb.ts';
import { placed, shipped } from '../posting/ledger-events.ts';

const database = databaseForEach();
const table = tables.LEDGER_TABLE_NAME;
const journal = () => createJournalStore(database.db, table);
let shard = 0;
const postOrder = (number: number, day: string) =>
  postBatch({
    store: createPostingStore(database.db, table),
    businessDay: businessDays('Europe/London'),
    clock: () => Date.parse('2026-06-30T12:00:00Z'),
    shard: () => balanceShards[(shard += 1) % balanceShards.length] ?? '',
  })(
    [
      placed(`P${number}`, day, { id: `ord_${number}`, lines: [{ sku: 'A', quantity: 1, price: 1200, tax: 200 }] }),
      shipped(`S${number}`, day, [{ sku: 'A', quantity: 1 }], `ord_${number}`),
    ],
    { error: () => expect.unreachable() },
  );
/** The statement of a month as it is read, and from all months. */
const statements = async (from: string, to: string) => {
  const [carried, all] = [await journal().statementSums(from, to), await journal().sums({ to })];
  return {
    carried: accountSums(carried, from),
    all: accountSums(all, from),
    months: new Set(carried.map((row) => row.month)),
  };
};

test('statements read carried balances instead of all months, and are the same; late postings are in them', async () => {
  for (const [number, day] of ['2026-01-10', '2026-02-10', '2026-04-10', '2026-06-10'].entries()) {
    expect(await postOrder(number, day)).toEqual([]);
  }
  const carry = () => carryMonths(createCarriedStore(database.db, table))('2026-06');
  expect(await carry()).toBe(4);
  expect(await carry()).toBe(0);
  const june = await statements('2026-06', '2026-06');
  expect(june.months).toEqual(new Set(['2026-04', '2026-06']));
  for (const [from, to] of [
    ['2026-06', '2026-06'],
    ['2026-03', '2026-05'],
    ['2026-01', '2026-06'],
    ['2026-02', '2026-02'],
    ['2025-12', '2026-06'],
  ] as const) {
    const { carried, all } = await statements(from, to);
    expect(carried).toEqual(all);
  }

  expect(await postOrder(8, '2026-02-20')).toEqual([]);
  const late = await statements('2026-06', '2026-06');
  expect(late.carried).toEqual(late.all);
  expect(late.months).toEqual(new Set(['2026-01', '2026-02', '2026-04', '2026-06']));
  expect(await carry()).toBe(3);
  expect((await statements('2026-06', '2026-06')).months).toEqual(new Set(['2026-04', '2026-06']));

  // Before the first month of all.
  expect(await postOrder(9, '2025-11-20')).toEqual([]);
  const earliest = await statements('2026-05', '2026-06');
  expect(earliest.carried).toEqual(earliest.all);
  expect(await carry()).toBe(6);
});

test('a month that is posted to while it is read is not carried forward', async () => {
  await postOrder(1, '2026-01-10');
  const store = createCarriedStore(database.db, table);
  const shards = await store.shardMonths('2026-01');
  for (const number of Array.from({ length: 16 }, (_, index) => index + 2)) await postOrder(number, '2026-01-11');
  const carried = { month: '2026-01', first: '2026-01', balances: [] };
  expect(await store.carry(carried, shards, undefined)).toBe('version-conflict');
  expect(await store.months()).toBeUndefined();
});

test.each([
  ['2026-01', -1, '2025-12'],
  ['2026-12', 1, '2027-01'],
  ['2026-06', -18, '2024-12'],
  ['2026-06', 0, '2026-06'],
  ['1999-12', 1, '2000-01'],
])('the month %s and %i', (month, count, expected) => expect(monthAfter(month, count)).toBe(expected));
