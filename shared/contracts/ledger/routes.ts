import * as z from 'zod';
import { maxEntries, StoredText } from '../bounds.ts';
import { BusinessDay, CurrencyCode, Instant, PathSegment } from '../../names.ts';
import { defineRoute } from '../define-route.ts';
import { nextCursor, pageParameters } from '../list-query.ts';
import { Problem } from '../problem.ts';
import { Account, AccountSums, LedgerTransaction, Month } from './amounts.ts';
import { LedgerDifference } from './events.ts';

const reading = { method: 'GET', tag: 'Ledger', scope: 'ledger.read' } as const;
const ofMonth = z.strictObject({
  month: Month.optional().describe('The month. Default: the current month of the store'),
});
const accountList = z.array(AccountSums).max(maxEntries).describe('Accounts by currency and name');
/** Sums by currency, which are never added. */
const totals = (description: string, example: number) =>
  z
    .array(
      z.object({
        currency: CurrencyCode.describe('Currency, ISO 4217'),
        amountMinor: z.int().meta({ description: 'Amount in minor units', example }),
      }),
    )
    .max(maxEntries)
    .describe(description);

const Statement = z.object({
  month: Month.describe('The month, or the last month of the period'),
  closed: z.boolean().meta({ description: 'Whether the month is closed', example: false }),
  accounts: accountList,
});

export const getAccounts = defineRoute({
  ...reading,
  path: '/ledger/accounts',
  summary: 'All accounts with their balances at the end of a month',
  query: ofMonth,
  responses: { 200: { description: 'The accounts', schema: Statement.meta({ id: 'LedgerAccounts' }) } },
});

export const getTrialBalance = defineRoute({
  ...reading,
  path: '/ledger/trial-balance',
  summary: 'Trial balance of a month: opening balance, debits, credits and closing balance of every account',
  query: ofMonth,
  responses: {
    200: {
      description: 'The trial balance',
      schema: Statement.extend({
        totals: totals('Sum of the closing balances by currency: 0', 0),
      }).meta({ id: 'TrialBalance' }),
    },
  },
});

export const getProfitAndLoss = defineRoute({
  ...reading,
  path: '/ledger/profit-and-loss',
  summary: 'Revenue and expenses of one month or several',
  query: z.strictObject({
    from: Month.optional().describe('First month. Default: `to`'),
    to: Month.optional().describe('Last month. Default: the current month of the store'),
  }),
  responses: {
    200: {
      description: 'Revenue and expenses',
      schema: Statement.extend({
        profit: totals('Profit by currency, negative for a loss', 30_000),
      }).meta({ id: 'ProfitAndLoss' }),
    },
    422: { description: 'The last month is before the first', schema: Problem },
  },
});

export const getBalanceSheet = defineRoute({
  ...reading,
  path: '/ledger/balance-sheet',
  summary: 'Assets and liabilities at the end of a month',
  query: ofMonth,
  responses: {
    200: {
      description: 'Assets and liabilities. Their sum, less equity, is the profit of all time',
      schema: Statement.extend({
        equity: totals('Profit of all time and equity accounts by currency', 90_000),
      }).meta({ id: 'BalanceSheet' }),
    },
  },
});

export const getAccountPostings = defineRoute({
  ...reading,
  path: '/ledger/accounts/{account}/postings',
  summary: 'Transactions of an account in a month, the oldest day first',
  params: z.strictObject({ account: Account.describe('Name of the account') }),
  query: z.strictObject({ ...ofMonth.shape, ...pageParameters }),
  responses: {
    200: {
      description: 'A page of transactions',
      schema: z
        .object({
          transactions: z.array(LedgerTransaction).max(maxEntries).describe('Transactions with this account'),
          cursor: nextCursor,
        })
        .meta({ id: 'AccountPostings' }),
    },
    400: { description: 'Cursor of another query', schema: Problem },
  },
});

export const getTransactions = defineRoute({
  ...reading,
  path: '/ledger/transactions/{eventId}',
  summary: 'The transactions of an event',
  params: z.strictObject({
    eventId: PathSegment.meta({ description: 'Id of the event', example: '01KB9ZQ4Y8T4V7C0M3J5R6N8PX' }),
  }),
  responses: {
    200: {
      description: 'Its transactions, one for each currency',
      schema: z
        .object({ transactions: z.array(LedgerTransaction).max(maxEntries).describe('The transactions') })
        .meta({ id: 'LedgerTransactions' }),
    },
    404: { description: 'The event has no postings', schema: Problem },
  },
});

export const LedgerPeriod = z
  .object({
    month: Month.describe('The month'),
    status: z.enum(['open', 'closed']).describe('Whether transactions can still be posted in the month'),
    closedAt: Instant.optional().describe('When it was closed'),
    closedBy: StoredText.optional().meta({ description: 'Client or user who closed it', example: 'finance' }),
    late: z
      .array(LedgerTransaction)
      .max(maxEntries)
      .describe(
        'Transactions for the month that were posted after it was closed: the bridge to its reports. At most 1,000',
      ),
  })
  .meta({ id: 'LedgerPeriod' });
export type LedgerPeriod = z.infer<typeof LedgerPeriod>;
const monthInPath = z.strictObject({ month: Month.describe('The month') });

export const getPeriod = defineRoute({
  ...reading,
  path: '/ledger/periods/{month}',
  summary: 'State of a month, and what was posted for it after it was closed',
  params: monthInPath,
  responses: { 200: { description: 'The month', schema: LedgerPeriod } },
});

export const postPeriodClose = defineRoute({
  method: 'POST',
  path: '/ledger/periods/{month}/close',
  tag: 'Ledger',
  summary: 'Close a month that is over: it never changes again',
  scope: 'ledger.close',
  params: monthInPath,
  responses: {
    200: { description: 'The closed month; also if it was closed before', schema: LedgerPeriod },
    409: { description: 'The month is not over', schema: Problem },
  },
});

export const postLedgerExport = defineRoute({
  method: 'POST',
  path: '/ledger/exports',
  tag: 'Ledger',
  summary: 'The journal of some days for hledger, and its postings as CSV',
  scope: 'ledger.read',
  body: z
    .strictObject({
      from: BusinessDay.describe('First day'),
      to: BusinessDay.describe('Last day; with the first, at most 366 days'),
    })
    .meta({ id: 'LedgerExportRequest' }),
  responses: {
    200: {
      description: 'The journal',
      schema: z
        .object({
          transactions: z.int().meta({ description: 'Number of transactions', example: 212 }),
          journal: z.string().max(6_000_000).meta({
            description: 'Journal that `hledger check --strict ordereddates` accepts',
            example: '2026-06-01 (01KB…) placed web-100042\n    …',
          }),
          csv: z.string().max(6_000_000).meta({
            description: 'The postings as CSV (RFC 4180), one row each',
            example: 'date,code,text,currency,account,amountMinor,for\n…',
          }),
        })
        .meta({ id: 'LedgerExport' }),
    },
    413: { description: 'More than 5,000 transactions: request fewer days', schema: Problem },
    422: { description: 'The days are not a range of at most 366 days', schema: Problem },
  },
});

export const LedgerCheck = z
  .object({
    day: BusinessDay.describe('Day of the check'),
    month: Month.describe('The month that was checked'),
    transactions: z.int().meta({ description: 'Number of transactions that were added up', example: 31_204 }),
    differences: z.array(LedgerDifference).max(maxEntries).describe('Accounts whose sums are wrong; none if equal'),
    waitingOrders: z
      .array(StoredText)
      .max(maxEntries)
      .meta({
        description: 'Orders with events that wait for their placement for more than a day, at most 100',
        example: ['ord_01kb9zq4y8t4v7c0m3j5r6n8px'],
      }),
  })
  .meta({ id: 'LedgerCheck' });
export type LedgerCheck = z.infer<typeof LedgerCheck>;

export const getLedgerCheck = defineRoute({
  ...reading,
  path: '/ledger/checks/{day}',
  summary: 'Result of a nightly check: the sums of all accounts against their transactions',
  params: z.strictObject({ day: BusinessDay.describe('Day of the check') }),
  responses: {
    200: { description: 'The check', schema: LedgerCheck },
    404: { description: 'No check ran on this day', schema: Problem },
  },
});
