import type { LocalContext, Running, Support } from '../../context.ts';
import type { Iam } from '../../iam/iam.ts';
import { type Pending, pendingIn } from '../../pending.ts';
import { queueMappingsOf } from './queue-mapping-config.ts';
import { type Invoke, startPoller } from './queue-poller.ts';
import type { Queues } from '../sqs.ts';

/** Properties of queue mappings; dynamodb/stream-mapping.ts has those of streams. */
export const supports: Support = {
  'AWS::Lambda::EventSourceMapping': {
    effective: [
      'EventSourceArn',
      'FunctionName',
      'Enabled',
      'BatchSize',
      'MaximumBatchingWindowInSeconds',
      'FilterCriteria',
      'ScalingConfig',
      'FunctionResponseTypes',
    ],
    // Encryption of the filters, and metrics.
    inert: ['KmsKeyArn', 'MetricsConfig'],
  },
};

/** `waiting` returns the number of messages by queue. `endWindows` delivers messages that wait for a batching window. */
export type QueueMappings = Running & { waiting: () => Pending; endWindows: () => void };
type Parts = { queues: Queues; lambda: { invoke: Invoke }; iam: Pick<Iam, 'authorize'> };

/**
 * Starts the template's enabled mappings of queues to functions. `pending` counts the messages in their queues,
 * including in flight and delayed ones. Throws StartError for a mapping that AWS refuses.
 */
export function startQueueMappings(context: LocalContext, { queues, lambda, iam }: Parts): QueueMappings {
  const mappings = queueMappingsOf(context.template, iam, queues.find);
  for (const { queue, functionName, windowSeconds, functionTimeoutSeconds } of mappings) {
    if (queue.visibilityTimeoutSeconds >= windowSeconds + functionTimeoutSeconds) continue;
    context.log(
      `The visibility timeout of ${queue.name}, ${queue.visibilityTimeoutSeconds} s, is less than the sum of the batching ` +
        `window and the timeout of ${functionName}: it may run twice for one message, as on AWS.`,
    );
  }
  // Lambda's pollers outlive functions; the engine's pollers ended with it, and a mapped queue has no other receiver.
  for (const { queue } of mappings) queues.makeInFlightVisible(queue.arn);
  const pollers = mappings.map((mapping) =>
    startPoller(context, mapping, { queues, invoke: (arn, payload) => lambda.invoke(arn, payload) }),
  );
  const names = new Map(mappings.map(({ queue }) => [queue.arn, queue.name]));
  const messagesIn = (arn: string) => {
    const { visible, inFlight, delayed } = queues.counts(arn);
    return visible + inFlight + delayed;
  };
  const waiting = () => Object.fromEntries([...names].map(([arn, name]) => [name, messagesIn(arn)]));
  return {
    pending: () => pendingIn(waiting()).pending,
    waiting,
    endWindows: () => {
      for (const poller of pollers) poller.endWindow();
    },
    async stop() {
      await Promise.all(pollers.map((poller) => poller.stop()));
    },
  };
}
