import type { LedgerPeriod } from '../../../shared/contracts/ledger/routes.ts';
import type * as routes from '../../../shared/contracts/ledger/routes.ts';
import { type HttpResponse, problem } from '../../../shared/contracts/problem.ts';
import { retryOnConflict } from '../../../shared/dynamodb/retry-on-conflict.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import type { JournalStore } from '../posting/journal-store.ts';
import type { Period } from '../posting/ledger-keys.ts';
import type { PeriodStore } from './period-store.ts';

type Deps = { journal: JournalStore; periods: PeriodStore; businessDay: (instantMs: number) => string };

const maxLate = 1000;
const closeRetryBudgetMs = 10_000;

export const periodApi = ({ journal, periods, businessDay }: Deps) => {
  const stateOf = async (month: string): Promise<LedgerPeriod> => {
    const [period, late] = await Promise.all([journal.period(month), journal.lateFor(month, maxLate)]);
    if (!period) return { month, status: 'open', late };
    return { ...period, status: 'closed', late };
  };
  return {
    get: async ({ params: { month } }: Request<typeof routes.getPeriod>): Promise<HttpResponse> => {
      return { status: 200, body: await stateOf(month) };
    },

    /** The first close counts; a repeated one changes nothing. */
    close: async ({ params: { month }, cause }: Request<typeof routes.postPeriodClose>): Promise<HttpResponse> => {
      if (month >= businessDay(cause.now).slice(0, 7)) {
        return problem(409, 'period-not-over', `The month ${month} is not over.`);
      }
      const period: Period = { month, closedAt: new Date(cause.now).toISOString(), closedBy: cause.actor };
      await retryOnConflict(closeRetryBudgetMs, async () => {
        if (await journal.period(month)) return 'closed';
        return (await periods.close(period, cause)) === 'done' ? 'closed' : undefined;
      });
      return { status: 200, body: await stateOf(month) };
    },
  };
};
