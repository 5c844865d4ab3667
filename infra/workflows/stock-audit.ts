import type { App } from 'aws-cdk-lib';
import type { Env, RunEnv } from '../../functions/stock-audit/env.ts';
import { StockAuditRequested } from '../../shared/contracts/stock-audit/events.ts';
import * as routes from '../../shared/contracts/stock-audit/routes.ts';
import { all } from '../constructs/access.ts';
import { oneAtATime } from '../constructs/work-queue.ts';
import { type SharedStacks, WorkflowStack } from '../constructs/workflow-stack.ts';
import { orders } from '../data/orders.ts';
import { reports } from '../data/finance/reports.ts';
import { stockAudits } from '../data/stock-audits.ts';
import { stock } from '../data/stock.ts';

/** Compares the counters of all stock with the ledger and the open orders: every night, or requested over HTTP. */
export class StockAuditStack extends WorkflowStack {
  constructor(app: App, shared: SharedStacks) {
    super(app, 'stock-audit', shared);
    this.routes<Env>({
      routes: [routes],
      handler: 'stock-audit/api.handler.ts',
      uses: all(stockAudits.reader, stockAudits.requester),
      errorImpact: 'Warehouses cannot request a check of their stock.',
    });
    this.daily<Env>('03:30', {
      handler: 'stock-audit/nightly.handler.ts',
      uses: stockAudits.requester,
      errorImpact: 'Stock is not checked tonight.',
    });
    this.onEvents<RunEnv>(StockAuditRequested, {
      ...oneAtATime,
      handler: 'stock-audit/run.handler.ts',
      uses: all(
        stockAudits.runner,
        all(stock.ledgerReader, stock.allSkus),
        all(orders.reader, orders.byStatus),
        reports.auditWriter,
      ),
      errorImpact: 'Errors in the stock figures stay undetected.',
    });
  }
}
