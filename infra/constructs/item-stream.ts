import { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { FilterCriteria, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { SqsDlq } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Construct } from 'constructs';
import { watch } from './alarm.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import type { OutboxTable } from './outbox-table.ts';
import { type FunctionProps, WorkflowFunction, workflowOf } from './workflow-function.ts';

type Props = FunctionProps & {
  table: OutboxTable;
  /** Pattern of the stream records that the function gets. */
  filter: object;
};

/** Changes of some of a table's items, in the order of their commits, to a function that reports where it stopped. */
export class ItemStream extends Construct {
  readonly function: WorkflowFunction;

  constructor(scope: Construct, id: string, { table, filter, ...rest }: Props) {
    super(scope, id);
    const { entry, failureMeans } = rest;
    const workflow = workflowOf(entry);
    this.function = new WorkflowFunction(this, 'Function', rest);
    table.grantStream(this.function.role);
    this.function.addEventSourceMapping('Items', {
      eventSourceArn: table.streamArn,
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: 100,
      filters: [FilterCriteria.filter(filter)],
      reportBatchItemFailures: true,
      bisectBatchOnError: true,
      // Half of what a stream keeps, as for the relay.
      maxRecordAge: Duration.hours(12),
      onFailure: new SqsDlq(new DeadLetterQueue(this, 'DeadLetters', { workflow, failureMeans })),
    });
    watch(this, 'Behind', {
      metric: new Metric({
        namespace: 'AWS/Lambda',
        metricName: 'IteratorAge',
        dimensionsMap: { FunctionName: this.function.functionName },
        period: Duration.minutes(1),
        statistic: 'Maximum',
      }),
      threshold: Duration.minutes(15).toMilliseconds(),
      periods: 3,
      workflow,
      failureMeans,
    });
  }
}
