import { daysBefore } from '../../../shared/business-day.ts';
import type { Cause } from '../../../shared/contracts/define-event.ts';
import type { LedgerCheck } from '../../../shared/contracts/ledger/routes.ts';
import type { JournalStore } from '../posting/journal-store.ts';
import type { BalanceRow } from '../posting/ledger-keys.ts';
import { addUp, differencesOf } from './check.ts';
import type { CheckStore } from './check-store.ts';

const perRead = 500;
const waitingAfterMs = 86_400_000;

type Deps = { journal: Pick<JournalStore, 'sums' | 'ofDay'>; checks: CheckStore };

/** Checks the month of the day before `day`: adds its transactions up, day by day, and compares them with the sums. */
export const runCheck =
  ({ journal, checks }: Deps) =>
  async (day: string, cause: Cause): Promise<LedgerCheck> => {
    const month = daysBefore(day, 1).slice(0, 7);
    const sums = () => journal.sums({ from: month, to: month });
    const before = await sums();
    const added = new Map<string, BalanceRow>();
    let transactions = 0;
    for (let at = `${month}-01`; at.slice(0, 7) === month; at = daysBefore(at, -1)) {
      for (let after: string | undefined; ;) {
        const page = await journal.ofDay(at, after, perRead);
        addUp(added, page);
        transactions += page.length;
        after = page.at(-1)?.code;
        if (page.length < perRead) break;
      }
    }
    const differences = differencesOf(before, added, await sums());
    const waitingOrders = await checks.waitingOrders(cause.now - waitingAfterMs);
    const check: LedgerCheck = { day, month, transactions, differences, waitingOrders };
    await checks.record(check, cause);
    return check;
  };
