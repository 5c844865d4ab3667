import { Duration } from 'aws-cdk-lib';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { watch } from './alarm.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import { type FunctionProps, WorkflowFunction } from './workflow-function.ts';

/**
 * Receives of one message before it is parked. A day of retries has a dozen, and each pause of an endpoint, of 5 minutes
 * in the end, adds one: some 320 until the function gives up. What is parked is what the function itself could not do.
 */
const receives = 500;

/** Messages of a workflow to itself that may wait for hours by their own choice, and the function that sees to them. */
export class DeliveryQueue extends Construct {
  readonly queue: Queue;

  constructor(scope: Construct, id: string, { workflow, failureMeans }: { workflow: string; failureMeans: string }) {
    super(scope, id);
    const deadLetterQueue = new DeadLetterQueue(this, 'DeadLetters', { workflow, failureMeans });
    this.queue = new Queue(this, 'Queue', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
      visibilityTimeout: Duration.seconds(6 * timeout.toSeconds()),
      deadLetterQueue: { queue: deadLetterQueue, maxReceiveCount: receives },
    });
    // A message that is tried for a day is a day old: only older ones are waiting for us.
    watch(this, 'Waiting', {
      metric: this.queue.metricApproximateAgeOfOldestMessage({ period: Duration.minutes(5), statistic: 'Maximum' }),
      threshold: Duration.hours(30).toSeconds(),
      periods: 3,
      workflow,
      failureMeans,
    });
  }

  /** The function that the queue's messages are given to. */
  consumer(id: string, props: FunctionProps): WorkflowFunction {
    const consumer = new WorkflowFunction(this, id, { ...props, timeout });
    consumer.addEventSource(new SqsEventSource(this.queue, { batchSize: 10, reportBatchItemFailures: true }));
    return consumer;
  }
}
const timeout = Duration.seconds(30);
