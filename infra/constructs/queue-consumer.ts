import { type EventBus, type EventPattern, type IEventBus, Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import type { Construct } from 'constructs';
import { WorkQueue, type WorkQueueProps } from './work-queue.ts';

type Props = WorkQueueProps & {
  bus: EventBus | IEventBus;
  /** An event's definition, or any value with the pattern of those to consume. */
  event: { pattern: EventPattern };
};

/** Events of the bus, through a queue of their own, to a function that reports which records of a batch failed. */
export class QueueConsumer extends WorkQueue {
  constructor(scope: Construct, id: string, { bus, event, ...props }: Props) {
    super(scope, id, props);
    const rule = new Rule(this, 'Rule', { eventBus: bus, eventPattern: event.pattern });
    rule.addTarget(new SqsQueue(this.queue, { deadLetterQueue: this.deadLetterQueue }));
  }
}
