import { type App, Duration } from 'aws-cdk-lib';
import type { PostingEnv } from '../../functions/ledger/consumption/env.ts';
import type { CheckEnv, Env } from '../../functions/ledger/env.ts';
import { LedgerDifferenceFound } from '../../shared/contracts/ledger/events.ts';
import * as routes from '../../shared/contracts/ledger/routes.ts';
import { all } from '../constructs/access.ts';
import { type SharedStacks, WorkflowStack } from '../constructs/workflow-stack.ts';
import { cursorSecret } from '../data/cursors.ts';
import { ledger, postedEvents } from '../data/finance/ledger.ts';
import { settings } from '../settings.ts';

/** Double-entry postings from events, and the accounts that finance reads and closes. */
export class LedgerStack extends WorkflowStack {
  constructor(app: App, shared: SharedStacks) {
    super(app, 'ledger', shared);
    this.routes<Env>({
      routes: [routes],
      handler: 'ledger/api.handler.ts',
      uses: all(ledger.reader, ledger.closer, all(cursorSecret.reader, settings.timeZone)),
      errorImpact: 'Finance cannot read the accounts, close a month or export the journal.',
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
    this.daily<CheckEnv>('03:00', {
      handler: 'ledger/check-ledger.handler.ts',
      uses: all(ledger.checker, settings.timeZone),
      errorImpact: 'The sums of the accounts were not compared with their transactions tonight.',
      timeout: Duration.minutes(15),
    });
    this.alarmOn(LedgerDifferenceFound, {
      errorImpact: 'Accounts that the message names are wrong, or lack events whose order is unknown.',
    });
  }
}
