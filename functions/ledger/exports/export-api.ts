import type * as routes from '../../../shared/contracts/ledger/routes.ts';
import { type HttpResponse, problem } from '../../../shared/contracts/problem.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import { daysFrom, type JournalStore, pagesOfDays } from '../posting/journal-store.ts';
import type { StoredTransaction } from '../posting/ledger-keys.ts';
import { hledgerJournal, postingsCsv } from './journal.ts';

/** Lambda returns at most 6 MB, and a transaction takes about 700 bytes in both texts. */
const maxTransactions = 5000;
const maxDays = 366;
const dayMs = 86_400_000;
const perPage = 500;

/** Serves the journal of a range of days. */
export const exportApi =
  (store: Pick<JournalStore, 'ofDay'>) =>
  async ({ body: { from, to } }: Request<typeof routes.postLedgerExport>): Promise<HttpResponse> => {
    const days = (Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / dayMs + 1;
    if (days < 1 || days > maxDays) {
      const detail = days < 1 ? 'The last day is before the first' : `At most ${maxDays} days`;
      return problem(422, 'invalid-content', 'The range of days is not valid.', {
        errors: [{ pointer: '/to', detail }],
      });
    }
    const found: StoredTransaction[] = [];
    for await (const { transactions } of pagesOfDays(store, daysFrom(from, days), { perPage })) {
      found.push(...transactions);
      if (found.length > maxTransactions) {
        return problem(413, 'content-too-large', `The days have more than ${maxTransactions} transactions.`);
      }
    }
    const csv = postingsCsv(found);
    return { status: 200, body: { transactions: found.length, journal: hledgerJournal(found), csv } };
  };
