import * as z from 'zod';
import { AwsError, type Permission } from '../gateway/aws-call.ts';
import { checkPattern, type EventPattern } from '../events/event-pattern.ts';
import { functionNameOf } from '../lambda/function-config.ts';
import { StartError } from '../start-error.ts';
import type { Resource, Template } from '../template/template.ts';

export type Authorize = (roleArn: string, permission: Permission) => 'allowed' | 'denied';

/** A mapping of a table's stream to a function. Times in seconds; -1 is no limit. */
export type StreamMapping = {
  /** Key of the mapping's positions in the state. */
  id: string;
  streamArn: string;
  tableName: string;
  functionArn: string;
  startsAt: 'TRIM_HORIZON' | 'LATEST';
  batchSize: number;
  windowSeconds: number;
  filters: EventPattern[];
  reportsItemFailures: boolean;
  bisects: boolean;
  maximumRetries: number;
  maximumAgeSeconds: number;
  onFailure: string | undefined;
};

const flag = z.union([z.boolean(), z.stringbool()]);
const Properties = z.object({
  FunctionName: z.string(),
  EventSourceArn: z.string(),
  Enabled: flag.default(true),
  StartingPosition: z.enum(['TRIM_HORIZON', 'LATEST']),
  BatchSize: z.coerce.number().int().min(1).max(10_000).default(100),
  MaximumBatchingWindowInSeconds: z.coerce.number().int().min(0).max(300).default(0),
  FilterCriteria: z.object({ Filters: z.array(z.object({ Pattern: z.string() })).default([]) }).optional(),
  FunctionResponseTypes: z.array(z.literal('ReportBatchItemFailures')).default([]),
  BisectBatchOnFunctionError: flag.default(false),
  MaximumRetryAttempts: z.coerce.number().int().min(-1).max(10_000).default(-1),
  MaximumRecordAgeInSeconds: z.coerce.number().int().min(-1).max(604_800).default(-1),
  ParallelizationFactor: z.coerce.number().default(1),
  TumblingWindowInSeconds: z.coerce.number().default(0),
  DestinationConfig: z.object({ OnFailure: z.object({ Destination: z.string().optional() }).optional() }).optional(),
});

/**
 * The enabled stream mappings. Throws StartError for a mapping that AWS refuses to create, such as one without
 * permission to read the stream, and for an unsupported property.
 */
export function streamMappingsOf(template: Template, authorize: Authorize): StreamMapping[] {
  const mappings = template.ofType('AWS::Lambda::EventSourceMapping');
  for (const { stack, logicalId, properties } of mappings) {
    const source = String(properties.EventSourceArn);
    if (/^arn:aws:(sqs|dynamodb):/.test(source)) continue;
    throw new StartError(`${logicalId} of ${stack} reads ${source}, which is neither a queue nor a DynamoDB stream.`);
  }
  return mappings
    .filter(({ properties }) => String(properties.EventSourceArn).startsWith('arn:aws:dynamodb:'))
    .flatMap((resource) => mappingOf(resource, template, authorize));
}

function mappingOf(resource: Resource, template: Template, authorize: Authorize): StreamMapping[] {
  const refuse = (reason: string) =>
    new StartError(`Event source mapping ${resource.logicalId} of ${resource.stack}: ${reason}`);
  const { success, data: properties, error } = Properties.safeParse(resource.properties);
  if (!success) throw refuse(z.prettifyError(error));
  if (!properties.Enabled) return [];
  if (properties.ParallelizationFactor !== 1) throw refuse('the local engine supports ParallelizationFactor 1 only.');
  if (properties.TumblingWindowInSeconds !== 0)
    throw refuse('the local engine does not support TumblingWindowInSeconds.');

  const streamArn = properties.EventSourceArn;
  const tableName = /:table\/([^/]+)\/stream\//.exec(streamArn)?.[1];
  const name = functionNameOf(properties.FunctionName);
  const target = template.ofType('AWS::Lambda::Function').find((each) => each.name === name);
  if (!tableName) throw refuse(`${streamArn} is not the stream of a table.`);
  if (!target) throw refuse(`function ${properties.FunctionName} does not exist.`);

  const role = String(target.properties.Role);
  const allowed = (action: string, on: string) => authorize(role, { action, resource: on }) === 'allowed';
  const reads = ['GetRecords', 'GetShardIterator', 'DescribeStream'];
  if (
    !reads.every((action) => allowed(`dynamodb:${action}`, streamArn)) ||
    !allowed('dynamodb:ListStreams', streamArn.replace(/[^/]+$/, '*'))
  ) {
    throw refuse(
      `cannot access stream ${streamArn}. Please ensure the role ${role} can perform the GetRecords, GetShardIterator, DescribeStream, and ListStreams Actions on your stream in IAM.`,
    );
  }
  const onFailure = properties.DestinationConfig?.OnFailure?.Destination;
  if (onFailure !== undefined && !/^arn:aws:sqs:.*(?<!\.fifo)$/.test(onFailure)) {
    throw refuse(`${onFailure} is not a standard queue, the only supported on-failure destination.`);
  }
  if (onFailure !== undefined && !allowed('sqs:SendMessage', onFailure)) {
    throw refuse(`the role ${role} is not allowed sqs:SendMessage on ${onFailure}.`);
  }
  return [
    {
      id: `${resource.stack}/${resource.logicalId}`,
      streamArn,
      tableName,
      functionArn: target.arn,
      startsAt: properties.StartingPosition,
      batchSize: properties.BatchSize,
      windowSeconds: properties.MaximumBatchingWindowInSeconds,
      filters: (properties.FilterCriteria?.Filters ?? []).map(({ Pattern }) => readPattern(Pattern, refuse)),
      reportsItemFailures: properties.FunctionResponseTypes.length > 0,
      bisects: properties.BisectBatchOnFunctionError,
      maximumRetries: properties.MaximumRetryAttempts,
      maximumAgeSeconds: properties.MaximumRecordAgeInSeconds,
      onFailure,
    },
  ];
}

function readPattern(text: string, refuse: (reason: string) => StartError): EventPattern {
  try {
    const pattern: unknown = JSON.parse(text);
    checkPattern(pattern);
    return pattern;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof AwsError) {
      throw refuse(`filter ${text} is not a pattern: ${error.message}`);
    }
    throw error;
  }
}
