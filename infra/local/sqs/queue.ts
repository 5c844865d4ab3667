import * as z from 'zod';
import { StartError } from '../start-error.ts';
import type { Resource, Template } from '../template/template.ts';

/** A queue's properties. */
export type Queue = {
  name: string;
  arn: string;
  url: string;
  isFifo: boolean;
  visibilityTimeoutSeconds: number;
  retentionSeconds: number;
  delaySeconds: number;
  receiveWaitSeconds: number;
  maximumMessageBytes: number;
  deadLetter: { arn: string; maxReceiveCount: number } | undefined;
  redriveAllow: z.infer<typeof RedriveAllowPolicy> | undefined;
  deduplicatesByContent: boolean;
  deduplicationScope: 'queue' | 'messageGroup';
  throughputLimit: 'perQueue' | 'perMessageGroupId';
};

const whole = (minimum: number, maximum: number, fallback: number) =>
  z.coerce.number().int().min(minimum).max(maximum).default(fallback);
const flag = z.union([z.boolean(), z.stringbool()]).default(false);
const jsonOr = <S extends z.ZodType>(schema: S) =>
  z.preprocess((value) => (typeof value === 'string' ? parseJson(value) : value), schema);

const RedriveAllowPolicy = z.strictObject({
  redrivePermission: z.enum(['allowAll', 'denyAll', 'byQueue']),
  sourceQueueArns: z.array(z.string()).max(10).optional(),
});

// Ranges and defaults: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-sqs-queue.html
const Properties = z.object({
  VisibilityTimeout: whole(0, 43_200, 30),
  MessageRetentionPeriod: whole(60, 1_209_600, 345_600),
  DelaySeconds: whole(0, 900, 0),
  ReceiveMessageWaitTimeSeconds: whole(0, 20, 0),
  MaximumMessageSize: whole(1024, 1_048_576, 1_048_576),
  RedrivePolicy: jsonOr(
    z.strictObject({ deadLetterTargetArn: z.string(), maxReceiveCount: z.coerce.number().int().min(1).max(1000) }),
  ).optional(),
  RedriveAllowPolicy: jsonOr(RedriveAllowPolicy).optional(),
  FifoQueue: flag,
  ContentBasedDeduplication: flag,
  DeduplicationScope: z.enum(['queue', 'messageGroup']).optional(),
  FifoThroughputLimit: z.enum(['perQueue', 'perMessageGroupId']).optional(),
  QueueName: z.string().optional(),
});

/** The template's queues by ARN. Throws StartError for a queue that AWS refuses to create. */
export function queuesOf(template: Template): Map<string, Queue> {
  const queues = new Map(template.ofType('AWS::SQS::Queue').map((resource) => [resource.arn, queueOf(resource)]));
  for (const queue of queues.values()) checkDeadLetter(queue, queues);
  return queues;
}

function queueOf(resource: Resource): Queue {
  const parsed = Properties.safeParse(resource.properties);
  const refuse = (why: string) => new StartError(`${resource.stack}/${resource.logicalId} (AWS::SQS::Queue): ${why}`);
  if (!parsed.success) throw refuse(z.prettifyError(parsed.error));
  const properties = parsed.data;
  const isFifo = properties.FifoQueue;
  if (properties.QueueName && properties.QueueName.endsWith('.fifo') !== isFifo) {
    throw refuse('the name of a FIFO queue must end in .fifo, and the name of a standard queue must not');
  }
  if (
    !isFifo &&
    (properties.ContentBasedDeduplication || properties.DeduplicationScope || properties.FifoThroughputLimit)
  ) {
    throw refuse('ContentBasedDeduplication, DeduplicationScope and FifoThroughputLimit are for FIFO queues');
  }
  if (properties.FifoThroughputLimit === 'perMessageGroupId' && properties.DeduplicationScope !== 'messageGroup') {
    throw refuse('FifoThroughputLimit perMessageGroupId needs DeduplicationScope messageGroup');
  }
  const { RedrivePolicy: redrive } = properties;
  return {
    name: resource.name,
    arn: resource.arn,
    url: resource.ref,
    isFifo,
    visibilityTimeoutSeconds: properties.VisibilityTimeout,
    retentionSeconds: properties.MessageRetentionPeriod,
    delaySeconds: properties.DelaySeconds,
    receiveWaitSeconds: properties.ReceiveMessageWaitTimeSeconds,
    maximumMessageBytes: properties.MaximumMessageSize,
    deadLetter: redrive && { arn: redrive.deadLetterTargetArn, maxReceiveCount: redrive.maxReceiveCount },
    redriveAllow: properties.RedriveAllowPolicy,
    deduplicatesByContent: properties.ContentBasedDeduplication,
    deduplicationScope: properties.DeduplicationScope ?? 'queue',
    throughputLimit: properties.FifoThroughputLimit ?? 'perQueue',
  };
}

function checkDeadLetter({ name, arn, isFifo, deadLetter }: Queue, queues: Map<string, Queue>): void {
  if (!deadLetter) return;
  const target = queues.get(deadLetter.arn);
  if (!target) throw new StartError(`The dead-letter queue ${deadLetter.arn} of ${name} is not in the template.`);
  if (target.isFifo !== isFifo) {
    throw new StartError(
      `The dead-letter queue of ${name} must be ${isFifo ? 'a FIFO' : 'a standard'} queue as it is.`,
    );
  }
  const { redrivePermission = 'allowAll', sourceQueueArns = [] } = target.redriveAllow ?? {};
  const isAllowed =
    redrivePermission === 'allowAll' || (redrivePermission === 'byQueue' && sourceQueueArns.includes(arn));
  if (!isAllowed) throw new StartError(`The RedriveAllowPolicy of ${target.name} does not allow ${name}.`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
