import { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { FilterCriteria, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { SqsDlq } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Construct } from 'constructs';
import { Grant } from 'aws-cdk-lib/aws-iam';
import { type Access, type AccessFor, all } from './access.ts';
import { addAlarm } from './alarm.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import type { AnyTable } from './table.ts';
import { type FunctionProps, WorkflowFunction } from './workflow-function.ts';

type FailureVariable = 'FAILED_RECORD_QUEUE_URL';

export type StreamProps<E> = Omit<FunctionProps<E>, 'uses'> & {
  uses: AccessFor<Omit<E, FailureVariable>>;
  tables: readonly AnyTable[];
  /** Filter pattern of the stream records that the function receives. */
  filter: object;
  /** Iterator age that raises the alarm. */
  maxIteratorAge: Duration;
};

/**
 * Changes of items of tables, in the order of their commits, to a function that reports the record it failed at. The
 * function itself sends records that no retry can process to the failure queue, so that the stream does not wait.
 */
export class StreamConsumer extends Construct {
  constructor(scope: Construct, id: string, props: StreamProps<never>) {
    super(scope, id);
    const { tables, filter, maxIteratorAge, uses, ...rest } = props;
    const { errorImpact } = rest;
    const deadLetters = new DeadLetterQueue(this, 'DeadLetters', { errorImpact });
    const failureQueue: Access<FailureVariable> = {
      variables: { FAILED_RECORD_QUEUE_URL: deadLetters.queueUrl },
      grant: (grantee) =>
        Grant.addToPrincipal({ grantee, actions: ['sqs:SendMessage'], resourceArns: [deadLetters.queueArn] }),
    };
    const consumer = new WorkflowFunction(this, 'Function', { ...rest, uses: all(uses, failureQueue) });
    const onFailure = new SqsDlq(deadLetters);
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
