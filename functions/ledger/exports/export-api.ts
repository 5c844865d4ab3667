import type * as routes from '../../../shared/contracts/ledger/routes.ts';
import { type HttpResponse, problem } from '../../../shared/contracts/problem.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import type { JournalStore } from '../posting/journal-store.ts';
import type { StoredTransaction } from '../posting/ledger-keys.ts';
import { hledgerJournal, postingsCsv } from './journal.ts';

/** Lambda returns at most 6 MB, and a transaction takes about 700 bytes in both texts. */
const maxTransactions = 5000;
const maxDays = 366;
const dayMs = 86_400_000;
const perRead = 500;

/** Serves the journal of a range of days. */
export const exportApi =
  (store: Pick<JournalStore, 'ofDay'>) =>
  async ({ body: { from, to } }: Request<typeof routes.postLedgerExport>): Promise<HttpResponse> => {
    const [start, end] = [Date.parse(`${from}T00:00:00Z`), Date.parse(`${to}T00:00:00Z`)];
    const days = (end - start) / dayMs + 1;
    if (days < 1 || days > maxDays) {
      const detail = days < 1 ? 'The last day is before the first' : `At most ${maxDays} days`;
      return problem(422, 'invalid-content', 'The range of days is not valid.', {
        errors: [{ pointer: '/to', detail }],
      });
    }
    const found: StoredTransaction[] = [];
    for (let at = start; at <= end; at += dayMs) {
      const day = new Date(at).toISOString().slice(0, 10);
      let page: StoredTransaction[];
      do {
        const after = found.at(-1);
        page = await store.ofDay(day, after?.date === day ? after.code : undefined, perRead);
        found.push(...page);
      } while (page.length === perRead && found.length <= maxTransactions);
      if (found.length > maxTransactions) {
        return problem(413, 'content-too-large', `The days have more than ${maxTransactions} transactions.`);
      }
    }
    const csv = postingsCsv(found);
    return { status: 200, body: { transactions: found.length, journal: hledgerJournal(found), csv } };
  };
