import { type App, Duration } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/aws-events';
import type { ChainEnv } from '../../functions/audit-trail/chain/env.ts';
import type { ApiEnv, RecordEnv } from '../../functions/audit-trail/env.ts';
import * as routes from '../../shared/contracts/audit/routes.ts';
import { StockAlertLevelsSet } from '../../shared/contracts/stock/events.ts';
import { all } from '../constructs/access.ts';
import { type SharedStacks, WorkflowStack } from '../constructs/workflow-stack.ts';
import { audit } from '../data/audit.ts';
import { cursorSecret } from '../data/cursors.ts';
import { bus } from '../data/event-bus.ts';
import { lake } from '../data/finance/reports.ts';
import { settings } from '../settings.ts';

/** Their events of machines and workflows are in the timelines of orders and SKUs, and all are in the lake. */
const frequent = ['storeworks.order-intake', 'storeworks.stock-update'];
/** Ids of people of the user pool are UUIDs; those of the AWS console start with `aws:`. See shared/access/four-eyes.ts. */
const people = [...Match.wildcard('*-*-*-*-*'), ...Match.prefix('aws:')];

/** Records who changed what, lists it, and makes later changes of the lake visible. */
export class AuditTrailStack extends WorkflowStack {
  constructor(app: App, shared: SharedStacks) {
    super(app, 'audit-trail', shared);
    const entries = this.queue<RecordEnv>({
      handler: 'audit-trail/record.handler.ts',
      uses: audit.recorder,
      errorImpact: 'The audit trail lacks changes until its queue is empty.',
      batchSize: 100,
      batchWindow: Duration.seconds(5),
    });
    entries.subscribe(bus.name, { source: Match.anythingBut(...frequent) });
    entries.subscribe(bus.name, { source: frequent, detail: { metadata: { actor: people } } }, 'People');
    entries.subscribe(bus.name, StockAlertLevelsSet.pattern, 'Levels');
    this.routes<ApiEnv>({
      routes: [routes],
      handler: 'audit-trail/api.handler.ts',
      uses: all(audit.reader, cursorSecret.reader, settings.timeZone),
      errorImpact: 'Staff cannot list who changed what.',
    });
    this.daily<ChainEnv>('04:15', {
      handler: 'audit-trail/chain/close-days.handler.ts',
      uses: all(lake.dayCloser, settings.timeZone),
      errorImpact: 'Changes of the events of the last days cannot be detected until their chain is written.',
      timeout: Duration.minutes(15),
    });
  }
}
