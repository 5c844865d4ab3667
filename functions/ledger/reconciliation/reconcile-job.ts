import { daysBefore } from '../../../shared/business-day.ts';
import type { Cause } from '../../../shared/contracts/define-event.ts';
import type { Reconciliation } from '../../../shared/contracts/ledger/reconciliation-routes.ts';
import { runAll } from '../../../shared/run-all.ts';
import type { JournalStore } from '../posting/journal-store.ts';
import type { StoredTransaction } from '../posting/ledger-keys.ts';
import { compareSources } from './compare-sources.ts';
import type { DayOrdersStore } from './day-orders-store.ts';
import { ledgerFigures, stockFigures } from './ledger-figures.ts';
import type { ReconciliationStore } from './reconciliation-store.ts';
import { reconciliationFile, type ReportFiles } from './report-files-client.ts';
import { refundedChanges, reportFigures } from './report-figures.ts';

type Deps = {
  journal: Pick<JournalStore, 'ofDay' | 'lateFor'>;
  orders: DayOrdersStore;
  files: ReportFiles;
  results: ReconciliationStore;
};

const perRead = 500;
/** Late transactions for a closed month that are looked through. */
const maxLate = 10_000;
/** Differences in the item and the response; DynamoDB items have at most 400 KB. */
const maxKept = 500;
const repeatedDays = 7;

/** The transactions of a day: those that are dated it, and of what happened on it: late ones for it of a closed month too. */
async function transactionsOf({ journal }: Deps, day: string) {
  const found: StoredTransaction[] = [];
  for (let after: string | undefined; ;) {
    const page = await journal.ofDay(day, after, perRead);
    found.push(...page);
    after = page.at(-1)?.code;
    if (page.length < perRead) break;
  }
  const late = await journal.lateFor(day.slice(0, 7), maxLate);
  return {
    dated: found,
    transactions: [...found.filter((each) => each.for === undefined), ...late.filter((each) => each.for === day)],
  };
}

/** Compares what four separate queries state about a day, and keeps each difference. */
const reconcile =
  (deps: Deps) =>
  async (day: string, cause: Cause): Promise<Reconciliation> => {
    const [{ transactions, dated }, { orders, claims, imported }, published] = await Promise.all([
      transactionsOf(deps, day),
      deps.orders.ofDay(day),
      deps.files.reports(day),
    ]);
    const refunded = published ? refundedChanges(published.texts) : new Set<string>();
    // The books of the former system have imported orders, and refunds the changes that follow from them.
    const isCompared = ({ measure, id }: { measure: string; id: string }) =>
      !imported.has(id) && !(measure === 'changes' && refunded.has(id));
    const hasImported = imported.size > 0;
    const own = (figures: ReturnType<typeof ledgerFigures>) =>
      figures.filter((figure) => isCompared(figure) && !(hasImported && figure.measure === 'day total'));
    const stock = published?.texts.stock === undefined ? [] : stockFigures(dated);
    const ledger = own([...ledgerFigures(transactions), ...stock]);
    const reports = published && own(reportFigures(published.texts));
    const differences = compareSources({ reports, ledger, orders: own(orders), claims });
    const result: Reconciliation = {
      day,
      status: differences.length > 0 ? 'different' : published ? 'equal' : 'no-reports',
      checkedAt: new Date(cause.now).toISOString(),
      ...(published && { reportVersion: published.version }),
      compared: {
        reports: reports?.length ?? 0,
        ledger: ledger.length,
        orders: orders.length,
        claims: claims.length,
      },
      differenceCount: differences.length,
      differences: differences.slice(0, maxKept),
      file: reconciliationFile(day),
    };
    await deps.files.put(result, differences);
    await deps.results.record(result, cause);
    return result;
  };

/**
 * Reconciles the day before `today`, and those of the week before that were not equal: their reports may be restated. A day
 * that fails delays no other, and its error is thrown at the end.
 */
export const reconcileNight =
  (deps: Deps) =>
  (today: string, cause: Cause): Promise<Reconciliation[]> => {
    const days = Array.from({ length: repeatedDays }, (_, index) => daysBefore(today, index + 1));
    return runAll(1, days, async (day) => {
      const earlier = day === days[0] ? undefined : await deps.results.find(day);
      const isDue = day === days[0] || (earlier !== undefined && earlier.status !== 'equal');
      return isDue ? reconcile(deps)(day, cause) : undefined;
    });
  };
