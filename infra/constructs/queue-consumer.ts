import { Duration } from 'aws-cdk-lib';
import { type EventBus, type EventPattern, type IEventBus, Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { watch } from './alarm.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import { type FunctionProps, WorkflowFunction, workflowOf } from './workflow-function.ts';

type Props = FunctionProps & {
  bus: EventBus | IEventBus;
  /** An event's definition, or any value with the pattern of those to consume. */
  event: { pattern: EventPattern };
  batchSize?: number;
  /** How long a batch is collected for; needed for more than 10 messages. */
  batchWindow?: Duration;
  maxConcurrency?: number;
  /** Age of the oldest message at which somebody is told; 15 minutes unless told. */
  patience?: Duration;
};

/** Deliveries of one message before it is parked. */
const attempts = 5;

/** Events of the bus, through a queue of their own, to a function that reports which records of a batch failed. */
export class QueueConsumer extends Construct {
  readonly function: WorkflowFunction;

  constructor(scope: Construct, id: string, props: Props) {
    super(scope, id);
    const { bus, event, batchSize = 10, batchWindow, maxConcurrency, patience = Duration.minutes(15), ...rest } = props;
    const { failureMeans, timeout = Duration.seconds(30) } = rest;
    const workflow = workflowOf(rest.entry);
    const deadLetterQueue = new DeadLetterQueue(this, 'DeadLetters', { workflow, failureMeans });
    const queue = new Queue(this, 'Queue', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
      // Six times the function's timeout and the window, as AWS advises: a slow batch is not given out a second time.
      visibilityTimeout: Duration.seconds(6 * timeout.toSeconds() + (batchWindow?.toSeconds() ?? 0)),
      deadLetterQueue: { queue: deadLetterQueue, maxReceiveCount: attempts },
    });
    watch(this, 'Waiting', {
      metric: queue.metricApproximateAgeOfOldestMessage({ period: Duration.minutes(1), statistic: 'Maximum' }),
      threshold: patience.toSeconds(),
      periods: 3,
      workflow,
      failureMeans,
    });
    const rule = new Rule(this, 'Rule', { eventBus: bus, eventPattern: event.pattern });
    rule.addTarget(new SqsQueue(queue, { deadLetterQueue }));

    this.function = new WorkflowFunction(this, 'Function', { ...rest, timeout });
    this.function.addEventSource(
      new SqsEventSource(queue, {
        batchSize,
        reportBatchItemFailures: true,
        ...(batchWindow && { maxBatchingWindow: batchWindow }),
        ...(maxConcurrency && { maxConcurrency }),
      }),
    );
  }
}
