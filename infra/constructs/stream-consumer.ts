import { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { FilterCriteria, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { SqsDlq } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Construct } from 'constructs';
import { addAlarm } from './alarm.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import type { AnyTable } from './table.ts';
import { type FunctionProps, WorkflowFunction } from './workflow-function.ts';

export type StreamProps<E> = FunctionProps<E> & {
  tables: readonly AnyTable[];
  /** Filter pattern of the stream records that the function receives. */
  filter: object;
  /** Iterator age that raises the alarm. */
  maxIteratorAge: Duration;
};

/** Changes of items of tables, in the order of their commits, to a function that reports the record it failed at. */
export class StreamConsumer extends Construct {
  constructor(scope: Construct, id: string, props: StreamProps<never>) {
    super(scope, id);
    const { tables, filter, maxIteratorAge, ...rest } = props;
    const { errorImpact } = rest;
    const consumer = new WorkflowFunction(this, 'Function', rest);
    const onFailure = new SqsDlq(new DeadLetterQueue(this, 'DeadLetters', { errorImpact }));
    for (const table of tables) {
      // Lambda refuses a mapping whose role cannot read the stream; a function depends on the policy of its role.
      table.grantStream(consumer);
      consumer.addEventSourceMapping(table.id, {
        eventSourceArn: table.streamArn,
        startingPosition: StartingPosition.TRIM_HORIZON,
        batchSize: 100,
        filters: [FilterCriteria.filter(filter)],
        reportBatchItemFailures: true,
        bisectBatchOnError: true,
        // A stream keeps records for 24 hours. A record that keeps failing for 12 leaves 12 for those behind it.
        maxRecordAge: Duration.hours(12),
        onFailure,
      });
    }
    addAlarm(this, 'Behind', {
      metric: new Metric({
        namespace: 'AWS/Lambda',
        metricName: 'IteratorAge',
        dimensionsMap: { FunctionName: consumer.functionName },
        period: Duration.minutes(1),
        statistic: 'Maximum',
      }),
      threshold: maxIteratorAge.toMilliseconds(),
      periods: 3,
      errorImpact,
    });
  }
}
