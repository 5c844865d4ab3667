import { type EventBus, type EventPattern, Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { Construct } from 'constructs';
import { DeadLetterQueue } from './dead-letter-queue.ts';

type Props = { bus: EventBus; event: { pattern: EventPattern }; workflow: string; failureMeans: string };

/** Events that a person must act on: each waits in a queue, whose alarm lasts until somebody took it out. */
export function addEventAlert(scope: Construct, id: string, { bus, event, ...meaning }: Props): void {
  const alert = new Construct(scope, id);
  const queue = new DeadLetterQueue(alert, 'DeadLetters', meaning);
  const rule = new Rule(alert, 'Rule', { eventBus: bus, eventPattern: event.pattern });
  rule.addTarget(new SqsQueue(queue, { deadLetterQueue: queue }));
}
