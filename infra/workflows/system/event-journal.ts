import { type App, Duration } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/aws-events';
import type { Env } from '../../../functions/event-journal/env.ts';
import { all } from '../../constructs/access.ts';
import { type SharedStacks, WorkflowStack } from '../../constructs/workflow-stack.ts';
import { lake, pseudonymSecret } from '../../data/finance/reports.ts';
import { settings } from '../../settings.ts';

/** Writes every event of the bus into the lake. */
export class EventJournalStack extends WorkflowStack {
  constructor(app: App, shared: SharedStacks) {
    super(app, 'event-journal', shared);
    const everyEvent = { pattern: { source: Match.prefix('storeworks.') } };
    this.onEvents<Env>(everyEvent, {
      handler: 'event-journal/journal.handler.ts',
      uses: all(lake.writer, lake.lateEventWriter, pseudonymSecret.reader, settings.timeZone),
      errorImpact: 'Reports lack orders until the journal has caught up.',
      timeout: Duration.minutes(1),
      // Large files are cheaper to write and faster to read. A report lags behind by this window at most.
      batchSize: 1000,
      batchWindow: Duration.seconds(10),
    });
  }
}
