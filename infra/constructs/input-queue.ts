import { Duration, Stack } from 'aws-cdk-lib';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { watch } from './alarm.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import { type FunctionProps, WorkflowFunction, workflowOf } from './workflow-function.ts';

type Props = FunctionProps & {
  /** Under which the queue's URL is exported, for those who send. */
  exportName: string;
  maxConcurrency: number;
};

/** Deliveries of one message before it is parked. */
const attempts = 5;

/** A queue that callers with `sqs:SendMessage` in this account fill, and the function that works it off. */
export class InputQueue extends Construct {
  readonly function: WorkflowFunction;

  constructor(scope: Construct, id: string, { exportName, maxConcurrency, ...rest }: Props) {
    super(scope, id);
    const { entry, failureMeans, timeout = Duration.seconds(30) } = rest;
    const workflow = workflowOf(entry);
    const queue = new Queue(this, 'Queue', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
      // Six times the function's timeout, as AWS advises: a slow batch is not given out a second time.
      visibilityTimeout: Duration.seconds(6 * timeout.toSeconds()),
      deadLetterQueue: {
        queue: new DeadLetterQueue(this, 'DeadLetters', { workflow, failureMeans }),
        maxReceiveCount: attempts,
      },
    });
    watch(this, 'Waiting', {
      metric: queue.metricApproximateAgeOfOldestMessage({ period: Duration.minutes(1), statistic: 'Maximum' }),
      threshold: Duration.minutes(15).toSeconds(),
      periods: 3,
      workflow,
      failureMeans,
    });
    Stack.of(this).exportValue(queue.queueUrl, { name: `${Stack.of(this).stackName}-${exportName}` });
    this.function = new WorkflowFunction(this, 'Function', { ...rest, timeout });
    this.function.addEventSource(
      new SqsEventSource(queue, { batchSize: 10, reportBatchItemFailures: true, maxConcurrency }),
    );
  }
}
