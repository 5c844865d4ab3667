import { Duration } from 'aws-cdk-lib';
import { type EventPattern, EventBus, Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { Grant } from 'aws-cdk-lib/aws-iam';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { type Access, type AccessFor, variables } from './access.ts';
import { addAlarm } from './alarm.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import { type FunctionProps, WorkflowFunction } from './workflow-function.ts';

export type QueueProps = {
  /** Receives of one message before SQS moves it to the dead-letter queue. @default 10: about half an hour of retries */
  maxReceiveCount?: number;
  /** Age of the oldest message that raises the alarm. @default 15 minutes */
  maxMessageAge?: Duration;
};

export type ConsumerProps<E> = Omit<FunctionProps<E>, 'uses'> & {
  /** A consumer that sends to its own queue, or changes its messages, states its access by a function of the queue. */
  uses: AccessFor<E> | ((queue: WorkQueue) => AccessFor<E>);
  /** @default 10 */
  batchSize?: number;
  /** How long SQS collects a batch; required above 10 messages. */
  batchWindow?: Duration;
  maxConcurrency?: number;
};

/** For handlers that work minutes on one message: two messages at a time, each in an invocation of its own. */
export const oneAtATime = {
  timeout: Duration.minutes(15),
  maxMessageAge: Duration.hours(2),
  batchSize: 1,
  maxConcurrency: 2,
};

/** A queue with a dead-letter queue, alarms, and the function that consumes it. */
export class WorkQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetterQueue: DeadLetterQueue;
  readonly consumer: WorkflowFunction;

  constructor(scope: Construct, id: string, props: ConsumerProps<never> & QueueProps) {
    super(scope, id);
    const {
      batchSize = 10,
      batchWindow,
      maxConcurrency,
      maxReceiveCount = 10,
      maxMessageAge = Duration.minutes(15),
      timeout = Duration.seconds(30),
      uses,
      ...rest
    } = props;
    const { errorImpact } = rest;
    this.deadLetterQueue = new DeadLetterQueue(this, 'DeadLetters', { errorImpact });
    this.queue = new Queue(this, 'Queue', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
      // Lambda's documentation advises six times the function's timeout plus the batch window.
      visibilityTimeout: Duration.seconds(6 * timeout.toSeconds() + (batchWindow?.toSeconds() ?? 0)),
      deadLetterQueue: { queue: this.deadLetterQueue, maxReceiveCount },
    });
    addAlarm(this, 'Waiting', {
      metric: this.queue.metricApproximateAgeOfOldestMessage({ period: Duration.minutes(1), statistic: 'Maximum' }),
      threshold: maxMessageAge.toSeconds(),
      periods: 3,
      errorImpact,
    });
    this.consumer = new WorkflowFunction(this, 'Function', {
      ...rest,
      timeout,
      uses: typeof uses === 'function' ? uses(this) : uses,
    });
    this.consumer.addEventSource(
      new SqsEventSource(this.queue, {
        batchSize,
        reportBatchItemFailures: true,
        ...(batchWindow && { maxBatchingWindow: batchWindow }),
        ...(maxConcurrency && { maxConcurrency }),
      }),
    );
  }

  /** Sets the variable to the queue's URL. A consumer needs no other permission to change its messages. */
  url<V extends string>(variable: V): Access<V> {
    return variables({ [variable]: this.queue.queueUrl } as Record<V, string>);
  }

  /** Access to send messages to the queue. */
  sender<V extends string>(variable: V): Access<V> {
    return {
      ...this.url(variable),
      grant: (grantee) =>
        Grant.addToPrincipal({ grantee, actions: ['sqs:SendMessage'], resourceArns: [this.queue.queueArn] }),
    };
  }

  /** Sends matching events of a bus to the queue. `name` tells several rules of a queue apart. */
  subscribe(busName: string, eventPattern: EventPattern, name = ''): void {
    const eventBus = EventBus.fromEventBusName(this, `${name}Bus`, busName);
    const rule = new Rule(this, `${name}Rule`, { eventBus, eventPattern });
    rule.addTarget(new SqsQueue(this.queue, { deadLetterQueue: this.deadLetterQueue }));
  }
}
