import type { LocalContext, Running, Support } from '../../context.ts';
import type { Iam } from '../../iam/iam.ts';
import { type Pending, pendingIn } from '../../pending.ts';
import { queueMappingsOf } from './queue-mapping-config.ts';
import { type Invoke, startPoller } from './queue-poller.ts';
import type { Queues } from '../sqs.ts';

/** The properties that queues have a say in; those of streams are in stream-mapping.ts. */
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
    // Encryption of the filters at AWS, and metrics that are not kept here.
    inert: ['KmsKeyArn', 'MetricsConfig'],
  },
};

/** `waiting` tells how many messages each queue holds. */
type QueueMappings = Running & { waiting: () => Pending };
type Parts = { queues: Queues; lambda: { invoke: Invoke }; iam: Pick<Iam, 'authorize'> };

/**
 * Starts the template's enabled mappings of queues to functions. `pending` counts the messages in their queues, in
 * flight and delayed ones included. Throws StartError for a mapping that AWS would refuse.
 */
export function startQueueMappings(context: LocalContext, { queues, lambda, iam }: Parts): QueueMappings {
  const mappings = queueMappingsOf(context.template, iam, queues.find);
  for (const { queue, functionName, windowSeconds, functionTimeoutSeconds } of mappings) {
    if (queue.visibilityTimeoutSeconds >= windowSeconds + functionTimeoutSeconds) continue;
    context.log(
      `${queue.name} hides messages for ${queue.visibilityTimeoutSeconds} s, less than the batching window and the ` +
        `timeout of ${functionName} together: it may run twice for one message, here as on AWS.`,
    );
  }
  // Lambda's pollers outlive any function at AWS; here they died with the engine, and nobody else receives what they held.
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
    async stop() {
      await Promise.all(pollers.map((poller) => poller.stop()));
    },
  };
}
