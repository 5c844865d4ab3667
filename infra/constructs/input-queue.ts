import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { WorkQueue, type WorkQueueProps } from './work-queue.ts';

type Props = WorkQueueProps & {
  /** Under which the queue's URL is exported, for those who send. */
  exportName: string;
};

/** A queue that callers with `sqs:SendMessage` in this account fill, and the function that works it off. */
export class InputQueue extends WorkQueue {
  constructor(scope: Construct, id: string, { exportName, ...props }: Props) {
    super(scope, id, props);
    Stack.of(this).exportValue(this.queue.queueUrl, { name: `${Stack.of(this).stackName}-${exportName}` });
  }
}
