import { lazyBusinessDay } from '../../shared/business-day.ts';
import * as entryRoutes from '../../shared/contracts/ledger/entry-routes.ts';
import * as routes from '../../shared/contracts/ledger/routes.ts';
import { postSettlements } from '../../shared/contracts/ledger/settlement-routes.ts';
import { getInvoice } from '../../shared/contracts/ledger/invoice-routes.ts';
import { getReconciliation } from '../../shared/contracts/ledger/reconciliation-routes.ts';
import * as taxRoutes from '../../shared/contracts/ledger/tax-return-routes.ts';
import { problem } from '../../shared/contracts/problem.ts';
import { createCursors } from '../../shared/dynamodb/cursor.ts';
import { openDatabase } from '../../shared/dynamodb/database.ts';
import { httpHandler, on } from '../../shared/lambda/http-handler.ts';
import { secretReader } from '../../shared/secret-store.ts';
import { createCheckStore } from './checks/check-store.ts';
import { entryApi } from './entries/entry-api.ts';
import { createEntryStore } from './entries/entry-store.ts';
import { Env } from './env.ts';
import { exportApi } from './exports/export-api.ts';
import { invoiceApi } from './invoices/invoice-api.ts';
import { periodApi } from './periods/period-api.ts';
import { createPeriodStore } from './periods/period-store.ts';
import { createJournalStore } from './posting/journal-store.ts';
import { createReconciliationStore } from './reconciliation/reconciliation-store.ts';
import { settlementApi } from './settlements/settlement-api.ts';
import { createSettlementStore } from './settlements/settlement-store.ts';
import { statementApi } from './statements/statement-api.ts';
import { taxReturnApi } from './tax-returns/tax-return-api.ts';
import { createTaxReturnStore } from './tax-returns/tax-return-store.ts';

const env = Env.parse(process.env);
const database = openDatabase();
const businessDay = lazyBusinessDay(env.TIME_ZONE);
const journal = createJournalStore(database, env.LEDGER_TABLE_NAME);
const checks = createCheckStore(database, env.LEDGER_TABLE_NAME);
const cursors = createCursors(secretReader(env.CURSOR_SECRET_ARN));
const statements = statementApi({ store: journal, cursors, businessDay });
const periods = periodApi({ journal, periods: createPeriodStore(database, env.LEDGER_TABLE_NAME), businessDay });
const entries = entryApi({ entries: createEntryStore(database, env.LEDGER_TABLE_NAME), journal, businessDay });
const reconciliations = createReconciliationStore(database, env.LEDGER_TABLE_NAME);
const returns = createTaxReturnStore(database, env.LEDGER_TABLE_NAME);
const taxReturns = taxReturnApi({ journal, returns, home: env.SELLER.address.country });

export const handler = httpHandler(
  on(routes.getAccounts, statements.accounts),
  on(routes.getTrialBalance, statements.trialBalance),
  on(routes.getProfitAndLoss, statements.profitAndLoss),
  on(routes.getBalanceSheet, statements.balanceSheet),
  on(routes.getAccountPostings, statements.postings),
  on(routes.getTransactions, statements.transactions),
  on(routes.getPeriod, periods.get),
  on(routes.postPeriodClose, periods.close),
  on(postSettlements, settlementApi(createSettlementStore(database, env.LEDGER_TABLE_NAME))),
  on(entryRoutes.postEntry, entries.request),
  on(entryRoutes.listPendingEntries, entries.pending),
  on(entryRoutes.getEntry, entries.get),
  on(entryRoutes.decideEntry, entries.decide),
  on(taxRoutes.getTaxReturn, taxReturns.get),
  on(taxRoutes.fileTaxReturn, taxReturns.file),
  on(getReconciliation, async ({ params: { date } }) => {
    const found = await reconciliations.find(date);
    return found ? { status: 200, body: found } : problem(404, 'not-found', `The day ${date} was not reconciled.`);
  }),
  on(getInvoice, invoiceApi(database, { orderTable: env.ORDER_TABLE_NAME, seller: env.SELLER })),
  on(routes.postLedgerExport, exportApi(journal)),
  on(routes.getLedgerCheck, async ({ params: { day } }) => {
    const check = await checks.check(day);
    return check ? { status: 200, body: check } : problem(404, 'not-found', `No check of the ledger ran on ${day}.`);
  }),
);
