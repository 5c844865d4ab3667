import { describe, expect, test } from 'vitest';
import { daysFrom, pagesOfDays } from '../../../functions/ledger/posting/journal-store.ts';
import { statementApi } from '../../../functions/ledger/statements/statement-api.ts';
import { aCause } from '../../support/builders.ts';
import { cursors } from '../../support/cursors.ts';

/** A journal with a number of transactions by day of 2026-11, which counts its reads. Every tenth is of the account `revenue:goods`. */
function journalOf(countByDay: Record<number, number>) {
  const days = Object.entries(countByDay).map(([day, count]): [string, string[]] => [
    `2026-11-${day.padStart(2, '0')}`,
    Array.from({ length: count }, (_, index) => `${day}-${String(index).padStart(5, '0')}`),
  ]);
  const codes = new Map(days);
  const store = {
    reads: 0,
    async ofDay(date: string, after: string | undefined, count: number) {
      store.reads += 1;
      const found = (codes.get(date) ?? []).filter((code) => after === undefined || code > after).slice(0, count);
      return found.map((code) => {
        const account = code.endsWith('9') ? 'revenue:goods' : 'assets:inventory';
        return { code, date, text: '', currency: 'GBP', postings: [{ account, amountMinor: 1 }] };
      });
    },
    async sums() {
      return [{ month: '2026-11', currency: 'GBP', account: 'revenue:goods', debitMinor: 1, creditMinor: 0 }];
    },
  };
  return { store, codes: [...codes.values()].flat() };
}

const months: [string, Record<number, number>, mostReads: number][] = [
  ['is empty', {}, 30],
  ['has one transaction on its last day', { 30: 1 }, 30],
  ['has one on its first day', { 1: 1 }, 30],
  ['has a full page on a day', { 3: 10 }, 34],
  ['has several pages on neighbouring days', { 9: 25, 10: 20, 11: 3 }, 50],
  ['has full pages on every day', Object.fromEntries(Array.from({ length: 30 }, (_, day) => [day + 1, 10])), 100],
];

describe('the pages of a month', () => {
  test.each(months)('that %s have each transaction once, in order', async (_month, countByDay, mostReads) => {
    const { store, codes } = journalOf(countByDay);
    const found: string[] = [];
    for await (const { transactions } of pagesOfDays(store, daysFrom('2026-11-01', 30), { perPage: 10 })) {
      found.push(...transactions.map(({ code }) => code));
    }
    expect(found).toEqual(codes);
    expect(store.reads).toBeLessThanOrEqual(mostReads);
  });
});

test('postings of an account are found through pages whose reads are bounded', async () => {
  const { store, codes } = journalOf({ 2: 150, 20: 3000, 30: 40 });
  const api = statementApi({ store: store as never, cursors, businessDay: () => '2026-11-30' });
  const found: string[] = [];
  let cursor: string | undefined;
  let pages = 0;
  do {
    store.reads = 0;
    const query = { month: '2026-11', limit: 200, cursor };
    const caller = { clientId: 'finance' };
    const given = { params: { account: 'revenue:goods' }, query, caller, cause: aCause() };
    const { body } = (await api.postings(given as never)) as {
      body: { transactions: { code: string }[]; cursor?: string };
    };
    found.push(...body.transactions.map(({ code }) => code));
    cursor = body.cursor;
    pages += 1;
    expect(store.reads).toBeLessThanOrEqual(60);
  } while (cursor !== undefined);
  expect(found).toEqual(codes.filter((code) => code.endsWith('9')));
  expect(pages).toBe(4);
});
