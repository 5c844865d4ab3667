import { type App, Duration } from 'aws-cdk-lib';
import type { Env } from '../../../functions/event-relay/env.ts';
import { outboxStreamFilter } from '../../../shared/dynamodb/outbox.ts';
import { type SharedStacks, WorkflowStack } from '../../constructs/workflow-stack.ts';
import { tables } from '../../stacks/definitions.ts';
import { bus } from '../../data/event-bus.ts';

/** Publishes the event items of every table on the bus. */
export class EventRelayStack extends WorkflowStack {
  constructor(app: App, shared: SharedStacks) {
    super(app, 'event-relay', shared);
    this.onItems<Env>({
      tables: tables.filter(({ hasStream }) => hasStream),
      filter: outboxStreamFilter,
      handler: 'event-relay/relay.handler.ts',
      uses: bus.publisher,
      errorImpact: 'Workflows do not react to orders and stock movements, and reports lack them.',
      maxIteratorAge: Duration.minutes(5),
    });
  }
}
