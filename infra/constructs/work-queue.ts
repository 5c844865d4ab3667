import { Duration } from 'aws-cdk-lib';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { watch } from './alarm.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import { type FunctionProps, WorkflowFunction, workflowOf } from './workflow-function.ts';

export type WorkQueueProps = FunctionProps & {
  batchSize?: number;
  /** How long a batch is collected for; needed for more than 10 messages. */
  batchWindow?: Duration;
  maxConcurrency?: number;
  /** Deliveries of one message before it is parked; 10 unless told. */
  attempts?: number;
  /** Age of the oldest message at which somebody is told; 15 minutes unless told. */
  patience?: Duration;
};

/** Of one message, half an hour long: an outage may last, and is told of before that. */
const usualAttempts = 10;

/** A queue, and the function that is given its messages and reports which of a batch failed. */
export class WorkQueue extends Construct {
  readonly function: WorkflowFunction;
  readonly queue: Queue;
  protected readonly deadLetterQueue: DeadLetterQueue;

  constructor(scope: Construct, id: string, props: WorkQueueProps) {
    super(scope, id);
    const {
      batchSize = 10,
      batchWindow,
      maxConcurrency,
      patience = Duration.minutes(15),
      attempts = usualAttempts,
      ...rest
    } = props;
    const { failureMeans, timeout = Duration.seconds(30) } = rest;
    const workflow = workflowOf(rest.entry);
    this.deadLetterQueue = new DeadLetterQueue(this, 'DeadLetters', { workflow, failureMeans });
    this.queue = new Queue(this, 'Queue', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
      // Six times the function's timeout and the window, as AWS advises: a slow batch is not given out a second time.
      visibilityTimeout: Duration.seconds(6 * timeout.toSeconds() + (batchWindow?.toSeconds() ?? 0)),
      deadLetterQueue: { queue: this.deadLetterQueue, maxReceiveCount: attempts },
    });
    watch(this, 'Waiting', {
      metric: this.queue.metricApproximateAgeOfOldestMessage({ period: Duration.minutes(1), statistic: 'Maximum' }),
      threshold: patience.toSeconds(),
      periods: 3,
      workflow,
      failureMeans,
    });

    this.function = new WorkflowFunction(this, 'Function', { ...rest, timeout });
    this.function.addEventSource(
      new SqsEventSource(this.queue, {
        batchSize,
        reportBatchItemFailures: true,
        ...(batchWindow && { maxBatchingWindow: batchWindow }),
        ...(maxConcurrency && { maxConcurrency }),
      }),
    );
  }

  /** Allows to put messages on the queue, and nothing else. */
  grantSend(grantee: IGrantable) {
    return Grant.addToPrincipal({ grantee, actions: ['sqs:SendMessage'], resourceArns: [this.queue.queueArn] });
  }
}
