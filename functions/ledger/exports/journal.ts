import { exponentOf } from '../../../shared/reference-data/currencies.ts';
import { csvFile } from '../../../shared/csv/write.ts';
import { kindOf } from '../posting/accounts.ts';
import type { StoredTransaction } from '../posting/ledger-keys.ts';

/** Types of accounts in hledger: https://hledger.org/hledger.html#account-types */
const types = { assets: 'A', liabilities: 'L', equity: 'E', revenue: 'R', expenses: 'X' };
const accountWidth = 46;

/** A journal that `hledger check --strict ordereddates` accepts: sorted by date, with every account and commodity declared. */
export function hledgerJournal(entries: readonly StoredTransaction[]): string {
  const sorted = entries.toSorted((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : 0));
  const currencies = [...new Set(sorted.map(({ currency }) => currency))].toSorted();
  const accounts = [...new Set(sorted.flatMap(({ postings }) => postings.map(({ account }) => account)))].toSorted();
  return [
    ...currencies.map(
      (currency) => `commodity ${currency} ${decimal(1000 * 10 ** exponentOf(currency), currency, '.')}`,
    ),
    ...accounts.map((account) => `account ${account}  ; type:${types[kindOf(account) ?? 'equity']}`),
    ...sorted.map((entry) => `\n${linesOf(entry).join('\n')}`),
    '',
  ].join('\n');
}

const linesOf = ({ date, code, text, currency, postings, for: day }: StoredTransaction): string[] => [
  `${date} (${code}) ${description(text)}${day === undefined ? '' : `  ; for: ${day}`}`,
  ...postings.map(
    ({ account, amountMinor }) =>
      `    ${account.padEnd(accountWidth - 2)}  ${currency} ${decimal(amountMinor, currency)}`,
  ),
];

/** A semicolon starts a comment, a vertical bar ends the payee. */
const description = (text: string) => text.replaceAll(/[\s;|]+/g, ' ').trim();

/** `emptyPoint`: written after the digits of a currency without decimals, which a commodity directive needs. */
function decimal(amountMinor: number, currency: string, emptyPoint = ''): string {
  const exponent = exponentOf(currency);
  const digits = String(Math.abs(amountMinor)).padStart(exponent + 1, '0');
  const sign = amountMinor < 0 ? '-' : '';
  if (exponent === 0) return `${sign}${digits}${emptyPoint}`;
  return `${sign}${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`;
}

/** One row per posting. */
export const postingsCsv = (entries: readonly StoredTransaction[]): string =>
  csvFile(
    ['date', 'code', 'text', 'currency', 'account', 'amountMinor', 'for'],
    entries.flatMap(({ date, code, text, currency, postings, for: forDay = '' }) =>
      postings.map(({ account, amountMinor }) => [date, code, text, currency, account, amountMinor, forDay]),
    ),
  );
