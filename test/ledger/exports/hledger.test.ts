import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { hledgerJournal, postingsCsv } from '../../../functions/ledger/exports/journal.ts';

const entry = (date: string, code: string, currency: string, amountMinor: number, given: object = {}) => ({
  date,
  code,
  text: `placed ${code}`,
  currency,
  postings: [
    { account: 'assets:receivable:customers', amountMinor },
    { account: 'liabilities:tax:output:GB:standard', amountMinor: -amountMinor },
  ],
  ...given,
});
const entries = [
  entry('2026-07-02', '3', 'GBP', 2895, { for: '2026-06-30' }),
  entry('2026-06-01', '1', 'JPY', 1200),
  entry('2026-06-02', '2~KWD', 'KWD', -1, { text: 'placed a|b ; c\n    assets:bank  GBP 1' }),
  entry('2026-06-03', '4', 'GBP', 5),
];
const journal = hledgerJournal(entries);

/** Reads a journal as hledger does: the balances by commodity and account in minor units as written, without the point. */
function readBalances(text: string): Map<string, number> {
  const balances = new Map<string, number>();
  for (const transaction of text.split('\n\n').slice(1)) {
    const sums = new Map<string, number>();
    for (const line of transaction.split('\n').slice(1)) {
      const found = /^ {4}(\S+) {2,}([A-Z]{3}) (-?[\d.]+)$/.exec(line);
      if (!found) continue;
      const [, account = '', commodity = '', amount = ''] = found;
      const minor = Number(amount.replace('.', ''));
      sums.set(commodity, (sums.get(commodity) ?? 0) + minor);
      balances.set(`${commodity} ${account}`, (balances.get(`${commodity} ${account}`) ?? 0) + minor);
    }
    expect([...sums.values()]).toEqual([0]);
  }
  return balances;
}

test('the journal has the balances of the transactions, sorted by day, in the decimals of each currency', () => {
  expect(Object.fromEntries(readBalances(journal))).toEqual({
    'GBP assets:receivable:customers': 2900,
    'GBP liabilities:tax:output:GB:standard': -2900,
    'JPY assets:receivable:customers': 1200,
    'JPY liabilities:tax:output:GB:standard': -1200,
    'KWD assets:receivable:customers': -1,
    'KWD liabilities:tax:output:GB:standard': 1,
  });
  expect(journal.match(/^\d{4}-\d{2}-\d{2}/gm)).toEqual(['2026-06-01', '2026-06-02', '2026-06-03', '2026-07-02']);
  expect(journal).toContain('JPY 1200\n');
  expect(journal).toContain('KWD -0.001\n');
});

test('a text cannot add a posting, a comment or a payee', () => {
  expect(journal).toContain('2026-06-02 (2~KWD) placed a b c assets:bank GBP 1\n');
});

test('the CSV has one row per posting, and the day that a late one is for', () => {
  const rows = postingsCsv(entries.slice(0, 2)).split('\n');
  expect(rows).toHaveLength(1 + 2 * 2 + 1);
  expect(rows[1]).toBe('2026-07-02,3,placed 3,GBP,assets:receivable:customers,2895,2026-06-30');
});

const program = process.env['HLEDGER'] ?? 'hledger';
const isInstalled = spawnSync(program, ['--version']).status === 0;
const hledger = (args: string[], input: string) =>
  spawnSync(program, ['-f', '-', ...args], { input, encoding: 'utf8' });

describe.skipIf(!isInstalled)('hledger', () => {
  test('accepts the journal, also without transactions', () => {
    expect(hledger(['check', '--strict', 'ordereddates'], journal)).toMatchObject({ status: 0, stderr: '' });
    expect(hledger(['check', '--strict', 'ordereddates'], hledgerJournal([]))).toMatchObject({ status: 0 });
  });

  test('has the same balances', () => {
    const { stdout } = hledger(['balance', '--no-total', '--flat', '-O', 'csv', 'cur:GBP'], journal);
    expect(stdout).toContain('"assets:receivable:customers","GBP 29.00"');
  });

  test('refuses a journal with an amount that was changed', () => {
    expect(hledger(['check'], journal.replace('GBP 28.95', 'GBP 28.96')).status).not.toBe(0);
  });
});
