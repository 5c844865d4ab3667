import type * as routes from '../../../shared/contracts/ledger/routes.ts';
import { type HttpResponse, problem } from '../../../shared/contracts/problem.ts';
import type { Cursors } from '../../../shared/dynamodb/cursor.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import { daysFrom, type JournalStore, pagesOfDays } from '../posting/journal-store.ts';
import { accountSums, ofKinds, totalsOf } from './statements.ts';

type Deps = { store: JournalStore; cursors: Cursors; businessDay: (instantMs: number) => string };

/** The routes that read the ledger. Sums are those of closed and open months at the time of the request. */
export const statementApi = ({ store, cursors, businessDay }: Deps) => {
  const monthOf = (month: string | undefined, now: number) => month ?? businessDay(now).slice(0, 7);
  const statement = async (month: string, from = month) => {
    const [rows, period] = await Promise.all([store.statementSums(from, month), store.period(month)]);
    return { month, closed: period !== undefined, accounts: accountSums(rows, from) };
  };
  return {
    accounts: async ({ query, cause }: Request<typeof routes.getAccounts>): Promise<HttpResponse> => {
      return { status: 200, body: await statement(monthOf(query.month, cause.now)) };
    },

    trialBalance: async ({ query, cause }: Request<typeof routes.getTrialBalance>): Promise<HttpResponse> => {
      const found = await statement(monthOf(query.month, cause.now));
      const totals = totalsOf(found.accounts, ({ closingMinor }) => closingMinor);
      return { status: 200, body: { ...found, totals } };
    },

    profitAndLoss: async ({ query, cause }: Request<typeof routes.getProfitAndLoss>): Promise<HttpResponse> => {
      const to = monthOf(query.to, cause.now);
      if (query.from !== undefined && query.from > to) {
        return problem(422, 'invalid-content', 'The range of months is not valid.', {
          errors: [{ pointer: '/to', detail: 'The last month is before the first' }],
        });
      }
      const found = await statement(to, query.from ?? to);
      const accounts = ofKinds(found.accounts, 'revenue', 'expenses');
      const profit = totalsOf(accounts, ({ debitMinor, creditMinor }) => creditMinor - debitMinor);
      return { status: 200, body: { ...found, accounts, profit } };
    },

    balanceSheet: async ({ query, cause }: Request<typeof routes.getBalanceSheet>): Promise<HttpResponse> => {
      const found = await statement(monthOf(query.month, cause.now));
      const accounts = ofKinds(found.accounts, 'assets', 'liabilities');
      const others = ofKinds(found.accounts, 'revenue', 'expenses', 'equity');
      const equity = totalsOf(others, ({ closingMinor }) => -closingMinor);
      return { status: 200, body: { ...found, accounts, equity } };
    },

    postings: async (request: Request<typeof routes.getAccountPostings>): Promise<HttpResponse> => {
      const { params, query, caller, cause } = request;
      const { limit, cursor } = query;
      const month = monthOf(query.month, cause.now);
      const list = { list: 'postings', account: params.account, month, caller: caller.clientId };
      const start = await cursors.startAfter(cursor, list, positionPattern);
      if ('refusal' in start) return start.refusal;
      // Without a sum there is no posting: the days of the month need not be read.
      const sums = await store.sums({ from: month, to: month });
      if (!sums.some((row) => row.account === params.account)) return { status: 200, body: { transactions: [] } };
      const { transactions, last } = await pageOf(store, { month, account: params.account, limit, after: start.after });
      const next = last === undefined ? {} : { cursor: await cursors.of(list, last) };
      return { status: 200, body: { transactions, ...next } };
    },

    transactions: async ({ params: { eventId } }: Request<typeof routes.getTransactions>): Promise<HttpResponse> => {
      const transactions = await store.ofEvent(eventId);
      if (transactions.length > 0) return { status: 200, body: { transactions } };
      return problem(404, 'not-found', `Event ${eventId} has no postings.`);
    },
  };
};

/** Day and code of the last transaction that was read. */
const positionPattern = /^\d{4}-\d{2}-\d{2} .+$/;
const longestMonth = 31;
const perPage = 100;
/** Transactions that one request looks through: an account that few of them have gives a short page with a cursor. */
const maxRead = 1000;

type PageQuery = { month: string; account: string; limit: number; after: string | undefined };

async function pageOf(store: Pick<JournalStore, 'ofDay'>, { month, account, limit, after }: PageQuery) {
  const firstDay = after?.slice(0, 10) ?? `${month}-01`;
  const days = daysFrom(firstDay, longestMonth).filter((day) => day.startsWith(month));
  const transactions: Awaited<ReturnType<JournalStore['ofDay']>> = [];
  let read = 0;
  for await (const page of pagesOfDays(store, days, { after: after?.slice(11), perPage })) {
    for (const transaction of page.transactions) {
      read += 1;
      if (transaction.postings.some((posting) => posting.account === account)) transactions.push(transaction);
      if (transactions.length === limit || read === maxRead) {
        return { transactions, last: `${page.day} ${transaction.code}` };
      }
    }
  }
  return { transactions };
}
