import { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { FilterCriteria, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { SqsDlq } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Construct } from 'constructs';
import { outboxStreamFilter } from '../../shared/dynamodb/outbox.ts';
import { watch } from './alarm.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import type { OutboxTable } from './outbox-table.ts';
import { type FunctionProps, WorkflowFunction, workflowOf } from './workflow-function.ts';

/** New event items of each table, in the order of their commits, to one function that reports where it stopped. */
export class StreamRelay extends Construct {
  readonly function: WorkflowFunction;

  constructor(scope: Construct, id: string, props: FunctionProps & { tables: Record<string, OutboxTable> }) {
    super(scope, id);
    const { tables, ...rest } = props;
    const { failureMeans } = rest;
    const workflow = workflowOf(rest.entry);
    const relay = new WorkflowFunction(this, 'Function', rest);
    const onFailure = new SqsDlq(new DeadLetterQueue(this, 'DeadLetters', { workflow, failureMeans }));
    for (const [name, table] of Object.entries(tables)) {
      // Lambda refuses a mapping whose role cannot read the stream yet; a function waits for its role's policy.
      table.grantStream(relay.role);
      relay.addEventSourceMapping(name, {
        eventSourceArn: table.streamArn,
        startingPosition: StartingPosition.TRIM_HORIZON,
        batchSize: 100,
        filters: [FilterCriteria.filter(outboxStreamFilter)],
        reportBatchItemFailures: true,
        bisectBatchOnError: true,
        // A stream keeps 24 hours. Half of that for a record that cannot be relayed leaves the other half for those
        // behind it; as many attempts as fit, since an outage is likelier than a bad record of our own making.
        maxRecordAge: Duration.hours(12),
        onFailure,
      });
    }
    this.function = relay;

    watch(this, 'Behind', {
      metric: new Metric({
        namespace: 'AWS/Lambda',
        metricName: 'IteratorAge',
        dimensionsMap: { FunctionName: relay.functionName },
        period: Duration.minutes(1),
        statistic: 'Maximum',
      }),
      threshold: Duration.minutes(5).toMilliseconds(),
      periods: 3,
      workflow,
      failureMeans,
    });
  }
}
