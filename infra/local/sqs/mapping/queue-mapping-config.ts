import * as z from 'zod';
import { AwsError } from '../../gateway/aws-call.ts';
import { checkPattern, type EventPattern } from '../../events/event-pattern.ts';
import { functionNameOf, readFunctions } from '../../lambda/function-config.ts';
import type { Iam } from '../../iam/iam.ts';
import type { Queue } from '../queue.ts';
import { StartError } from '../../start-error.ts';
import type { Resource, Template } from '../../template/template.ts';

/** A validated mapping of a queue to a function. */
export type QueueMapping = {
  queue: Queue;
  functionArn: string;
  functionName: string;
  functionTimeoutSeconds: number;
  batchSize: number;
  windowSeconds: number;
  /** A message must match one of them; all messages match an empty list. */
  filters: EventPattern[];
  /** Maximum number of concurrent invocations. */
  concurrency: number;
  reportsItemFailures: boolean;
};

/** Lambda scales up to 1,250, which is too many for one machine. */
const defaultConcurrency = 4;
const requiredActions = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];

// Limits: https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
const Properties = z.strictObject({
  EventSourceArn: z.string(),
  FunctionName: z.string(),
  Enabled: z.union([z.boolean(), z.stringbool()]).default(true),
  BatchSize: z.coerce.number().int().min(1).max(10_000).default(10),
  MaximumBatchingWindowInSeconds: z.coerce.number().int().min(0).max(300).default(0),
  FilterCriteria: z
    .strictObject({
      Filters: z
        .array(z.strictObject({ Pattern: z.string().max(4096) }))
        .max(10)
        .default([]),
    })
    .optional(),
  ScalingConfig: z.strictObject({ MaximumConcurrency: z.coerce.number().int().min(2).max(1000).optional() }).optional(),
  FunctionResponseTypes: z.array(z.literal('ReportBatchItemFailures')).max(1).default([]),
  KmsKeyArn: z.unknown().optional(),
  MetricsConfig: z.unknown().optional(),
  Tags: z.unknown().optional(),
});

/**
 * The template's enabled queue mappings. Throws StartError with the mapping for one that AWS refuses to create: an
 * unknown queue or function, missing permissions, a visibility timeout shorter than the function's timeout, a batch
 * size over 10 without a window, a window or larger batch on a FIFO queue, an invalid filter.
 */
export function queueMappingsOf(
  template: Template,
  iam: Pick<Iam, 'authorize'>,
  findQueue: (arn: string) => Queue | undefined,
): QueueMapping[] {
  const resources = template
    .ofType('AWS::Lambda::EventSourceMapping')
    .filter(({ properties }) => String(properties.EventSourceArn).startsWith('arn:aws:sqs:'));
  if (resources.length === 0) return [];
  const functions = readFunctions(template);
  const seen = new Set<string>();

  function mappingOf(resource: Resource): QueueMapping[] {
    const refuse = (why: string) =>
      new StartError(`Event source mapping ${resource.logicalId} of ${resource.stack}: ${why}`);
    const { success, data: properties, error } = Properties.safeParse(resource.properties);
    if (!success) throw refuse(z.prettifyError(error));
    const queue = findQueue(properties.EventSourceArn);
    if (!queue) throw refuse(`queue ${properties.EventSourceArn} is not in the template.`);
    const name = functionNameOf(properties.FunctionName);
    const target = functions.values().find((each) => each.name === name);
    if (!target) throw refuse(`function ${properties.FunctionName} is not in the template.`);
    if (seen.has(`${queue.arn} ${target.arn}`)) throw refuse(`${name} is mapped to ${queue.name} already.`);
    seen.add(`${queue.arn} ${target.arn}`);

    const { BatchSize: batchSize, MaximumBatchingWindowInSeconds: windowSeconds } = properties;
    if (queue.visibilityTimeoutSeconds < target.timeoutSeconds) {
      throw refuse(
        `the visibility timeout of ${queue.name}, ${queue.visibilityTimeoutSeconds} s, is less than the timeout of ` +
          `${name}, ${target.timeoutSeconds} s.`,
      );
    }
    if (queue.isFifo && windowSeconds > 0) throw refuse('a FIFO queue cannot have a batching window.');
    if (queue.isFifo && batchSize > 10) throw refuse('the batch size of a FIFO queue is at most 10.');
    if (batchSize > 10 && windowSeconds === 0) {
      throw refuse('a BatchSize over 10 needs a MaximumBatchingWindowInSeconds of at least 1.');
    }
    for (const action of requiredActions) {
      if (iam.authorize(target.roleArn, { action, resource: queue.arn }) === 'allowed') continue;
      throw refuse(`the role ${target.roleArn} of ${name} does not allow ${action} on ${queue.arn}.`);
    }
    const filters = (properties.FilterCriteria?.Filters ?? []).map(({ Pattern }) => patternOf(Pattern, refuse));
    const mapping: QueueMapping = {
      queue,
      functionArn: target.arn,
      functionName: name,
      functionTimeoutSeconds: target.timeoutSeconds,
      batchSize,
      windowSeconds,
      filters,
      concurrency: properties.ScalingConfig?.MaximumConcurrency ?? defaultConcurrency,
      reportsItemFailures: properties.FunctionResponseTypes.length > 0,
    };
    return properties.Enabled ? [mapping] : [];
  }
  return resources.flatMap(mappingOf);
}

function patternOf(text: string, refuse: (why: string) => StartError): EventPattern {
  try {
    const pattern: unknown = JSON.parse(text);
    checkPattern(pattern);
    return pattern;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof AwsError) throw refuse(`filter ${text}: ${error.message}`);
    throw error;
  }
}
