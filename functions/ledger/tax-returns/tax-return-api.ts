import type * as routes from '../../../shared/contracts/ledger/tax-return-routes.ts';
import type { TaxReturn } from '../../../shared/contracts/ledger/tax-return-routes.ts';
import { type HttpResponse, problem } from '../../../shared/contracts/problem.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import type { JournalStore } from '../posting/journal-store.ts';
import { type Kind, monthsOf, taxReturnOf } from './tax-return.ts';
import { taxReturnCsv } from './tax-return-csv.ts';
import type { TaxReturnStore } from './tax-return-store.ts';
import { unprovenExport } from './unproven-exports.ts';

type Deps = {
  journal: Pick<JournalStore, 'taxSums' | 'sums' | 'period'>;
  returns: TaxReturnStore;
  /** Country of the seller. */
  home: string;
};

export const taxReturnApi = ({ journal, returns, home }: Deps) => {
  const compute = async (kind: Kind, period: string, now: number): Promise<TaxReturn> => {
    const months = monthsOf(period);
    const [taxes, balances, periods, orders] = await Promise.all([
      journal.taxSums(months),
      journal.sums({ from: months.at(0) ?? period, to: months.at(-1) ?? period }),
      Promise.all(months.map((month) => journal.period(month))),
      Promise.all(months.map((month) => returns.unprovenExports(month))),
    ]);
    const isClosed = periods.every((each) => each !== undefined);
    const unprovenExports = orders.flat().flatMap((order) => unprovenExport(order, now) ?? []);
    return taxReturnOf({ kind, period, isClosed, home }, { taxes, balances, unprovenExports });
  };
  return {
    get: async ({ params, query, cause }: Request<typeof routes.getTaxReturn>): Promise<HttpResponse> => {
      const { kind, period } = params;
      const found = (await returns.filed(kind, period)) ?? (await compute(kind, period, cause.now));
      if (query.format === 'json') return { status: 200, body: found };
      return { status: 200, contentType: 'text/csv; charset=utf-8', body: taxReturnCsv(found) };
    },

    /** A closed month never changes, so a return of closed months does not change either; it is kept as it was filed. */
    file: async ({ params, cause }: Request<typeof routes.fileTaxReturn>): Promise<HttpResponse> => {
      const { kind, period } = params;
      const earlier = await returns.filed(kind, period);
      if (earlier) return { status: 200, body: earlier };
      const open = await compute(kind, period, cause.now);
      if (!open.isClosed) return problem(409, 'period-not-closed', 'Close all months of the period first.');
      const filedAt = new Date(cause.now).toISOString();
      const filed: TaxReturn = { ...open, status: 'filed', filedAt, filedBy: cause.actor };
      if ((await returns.file(filed, cause)) === 'done') return { status: 200, body: filed };
      const meanwhile = await returns.filed(kind, period);
      if (meanwhile) return { status: 200, body: meanwhile };
      return problem(409, 'period-overlaps', 'A month of the period is in another return of this kind.');
    },
  };
};
