import { type App, Duration } from 'aws-cdk-lib';
import type { PostingEnv } from '../../functions/ledger/consumption/env.ts';
import type { Env } from '../../functions/ledger/env.ts';
import * as entryRoutes from '../../shared/contracts/ledger/entry-routes.ts';
import * as invoiceRoutes from '../../shared/contracts/ledger/invoice-routes.ts';
import * as routes from '../../shared/contracts/ledger/routes.ts';
import * as settlementRoutes from '../../shared/contracts/ledger/settlement-routes.ts';
import * as taxReturnRoutes from '../../shared/contracts/ledger/tax-return-routes.ts';
import * as reconciliationRoutes from '../../shared/contracts/ledger/reconciliation-routes.ts';
import { all } from '../constructs/access.ts';
import { type SharedStacks, WorkflowStack } from '../constructs/workflow-stack.ts';
import { cursorSecret } from '../data/cursors.ts';
import { ledger, postedEvents } from '../data/finance/ledger.ts';
import { orders } from '../data/orders.ts';
import { settings } from '../settings.ts';
import { addChecks } from './ledger/checks.ts';

/** Double-entry postings from events, and the accounts that finance reads and closes. */
export class LedgerStack extends WorkflowStack {
  constructor(app: App, shared: SharedStacks) {
    super(app, 'ledger', shared);
    this.routes<Env>({
      routes: [routes, settlementRoutes, entryRoutes, taxReturnRoutes, reconciliationRoutes, invoiceRoutes],
      handler: 'ledger/api.handler.ts',
      uses: all(
        ledger.reader,
        all(ledger.closer, ledger.recorder, ledger.filer),
        all(orders.getter, cursorSecret.reader, all(settings.timeZone, settings.seller)),
      ),
      errorImpact:
        'Finance cannot read the accounts, record settlements and entries, close a month or export the journal.',
    });
    this.onEvents<PostingEnv>(
      { pattern: postedEvents },
      {
        handler: 'ledger/consumption/post-events.handler.ts',
        uses: all(ledger.poster, settings.timeZone),
        errorImpact: 'Postings are missing from the accounts: the messages name the events that finance does not see.',
        timeout: Duration.minutes(1),
        // One transaction posts about twelve events; the accounts lag behind by this window at most.
        batchSize: 100,
        batchWindow: Duration.seconds(2),
      },
    );
    addChecks(this);
  }
}
