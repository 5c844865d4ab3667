import * as z from 'zod';
import { type AwsResponse, type AwsCall, AwsError, jsonResponse, type Permission } from '../gateway/aws-call.ts';
import { type Draft, invalidParameter, MessageAttribute, missingParameter } from './message.ts';
import { sourceOfHandle } from './move-task.ts';
import type { Template } from '../template/template.ts';

const QueueUrl = z.object({ QueueUrl: z.string() });
const Attributes = z.record(z.string(), MessageAttribute).optional();
const seconds = z.int().optional();
const names = z.array(z.string()).default([]);

const message = {
  MessageBody: z.string(),
  DelaySeconds: seconds,
  MessageAttributes: Attributes,
  MessageSystemAttributes: z.strictObject({ AWSTraceHeader: MessageAttribute.optional() }).optional(),
  MessageDeduplicationId: z.string().optional(),
  MessageGroupId: z.string().optional(),
};
const handle = { ReceiptHandle: z.string() };
const entries = <S extends z.ZodRawShape>(shape: S) =>
  QueueUrl.extend({ Entries: z.array(z.object({ Id: z.string(), ...shape })) });
const page = { MaxResults: z.int().min(1).max(1000).optional(), NextToken: z.string().optional() };

/** Inputs of the operations in AWS JSON 1.0. */
export const requests = {
  SendMessage: QueueUrl.extend(message),
  SendMessageBatch: entries(message),
  ReceiveMessage: QueueUrl.extend({
    MaxNumberOfMessages: z.int().default(1),
    VisibilityTimeout: seconds,
    WaitTimeSeconds: seconds,
    AttributeNames: names,
    MessageSystemAttributeNames: names,
    MessageAttributeNames: names,
    // Refused, because a repeated receive would return other messages.
    ReceiveRequestAttemptId: z.undefined('is not supported by the local engine').optional(),
  }),
  DeleteMessage: QueueUrl.extend(handle),
  DeleteMessageBatch: entries(handle),
  ChangeMessageVisibility: QueueUrl.extend({ ...handle, VisibilityTimeout: z.int() }),
  ChangeMessageVisibilityBatch: entries({ ...handle, VisibilityTimeout: z.int().default(0) }),
  GetQueueUrl: z.object({ QueueName: z.string(), QueueOwnerAWSAccountId: z.string().optional() }),
  GetQueueAttributes: QueueUrl.extend({ AttributeNames: names }),
  ListQueues: z.object({ QueueNamePrefix: z.string().default(''), ...page }),
  PurgeQueue: QueueUrl,
  StartMessageMoveTask: z.object({
    SourceArn: z.string(),
    DestinationArn: z.string().optional(),
    MaxNumberOfMessagesPerSecond: z.int().min(1).max(500).optional(),
  }),
  ListMessageMoveTasks: z.object({ SourceArn: z.string(), MaxResults: z.int().min(1).max(10).optional() }),
  CancelMessageMoveTask: z.object({ TaskHandle: z.string() }),
  ListDeadLetterSourceQueues: QueueUrl.extend(page),
};

export type Operation = keyof typeof requests;
export type RequestOf<O extends Operation> = z.infer<(typeof requests)[O]>;

/** Parses the body of a call. Throws AwsError for a missing or invalid parameter. */
export function readRequest<S extends z.ZodType>(schema: S, call: AwsCall): z.infer<S> {
  const parsed = schema.safeParse(jsonOf(call));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const name = issue?.path.join('.') ?? '';
  if (issue?.code === 'invalid_type' && /received undefined/.test(issue.message)) throw missingParameter(name);
  throw invalidParameter(`Value for parameter ${name} is invalid. Reason: ${issue?.message}.`);
}

/** Parsed bodies: `permissions` and `handle` need the same one. */
const bodies = new WeakMap<AwsCall, unknown>();

function jsonOf(call: AwsCall): unknown {
  const known = bodies.get(call);
  if (known !== undefined) return known;
  try {
    const json: unknown = call.body.length === 0 ? {} : JSON.parse(call.body.toString());
    bodies.set(call, json);
    return json;
  } catch {
    throw new AwsError('SerializationException', 'The request body is not JSON.');
  }
}

type Message = z.infer<z.ZodObject<typeof message>>;
export const draftOf = (input: Message): Draft => ({
  body: input.MessageBody,
  attributes: input.MessageAttributes,
  delaySeconds: input.DelaySeconds,
  groupId: input.MessageGroupId,
  deduplicationId: input.MessageDeduplicationId,
  traceHeader: input.MessageSystemAttributes?.AWSTraceHeader?.StringValue,
});

const Named = z.object({
  QueueUrl: z.string().optional(),
  QueueName: z.string().optional(),
  SourceArn: z.string().optional(),
  DestinationArn: z.string().optional(),
  TaskHandle: z.string().optional(),
});

/** The last part of a queue's URL. */
export const nameInUrl = (url: string): string => url.slice(url.lastIndexOf('/') + 1);

/**
 * The required permissions. A batch needs the permission of its single operation. A redrive also needs permissions to
 * receive from the dead-letter queue, and to send to the destination or to all its source queues (`sourcesOf`).
 */
export function permissionsOf(
  { region, accountId }: Template,
  call: AwsCall,
  sourcesOf: (deadLetterArn: string) => string[],
): Permission[] {
  const { success, data: input } = Named.safeParse(lenientJsonOf(call));
  const arnOf = (name: string) => `arn:aws:sqs:${region}:${accountId}:${name}`;
  const action = `sqs:${call.operation.replace(/Batch$/, '')}`;
  if (!success) return [{ action, resource: arnOf('*') }];
  const { QueueUrl: url, QueueName: name, SourceArn: source, DestinationArn: destination, TaskHandle: task } = input;
  const named = url === undefined ? name : nameInUrl(url);
  const resource = source ?? (task === undefined ? undefined : sourceOfHandle(task)) ?? arnOf(named ?? '*');
  const permissions = [{ action, resource }];
  if (call.operation !== 'StartMessageMoveTask') return permissions;
  for (const needed of ['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes']) {
    permissions.push({ action: `sqs:${needed}`, resource });
  }
  const targets = destination === undefined ? sourcesOf(resource) : [destination];
  return [...permissions, ...targets.map((target) => ({ action: 'sqs:SendMessage', resource: target }))];
}

function lenientJsonOf(call: AwsCall): unknown {
  try {
    return jsonOf(call);
  } catch {
    return undefined;
  }
}

/** Error names of the older query protocol, which SDKs still report. */
const queryNames: Record<string, string> = {
  QueueDoesNotExist: 'AWS.SimpleQueueService.NonExistentQueue',
  ...Object.fromEntries(
    [
      'MessageNotInflight',
      'BatchEntryIdsNotDistinct',
      'TooManyEntriesInBatchRequest',
      'EmptyBatchRequest',
      'BatchRequestTooLong',
      'InvalidBatchEntryId',
      'PurgeQueueInProgress',
      'UnsupportedOperation',
    ].map((code) => [code, `AWS.SimpleQueueService.${code}`]),
  ),
};
export const queryNameOf = (code: string): string => queryNames[code] ?? code;

/** An error in AWS JSON 1.0 with the header for clients of the query protocol. */
export function errorResponse({ code, message: text, status }: AwsError): AwsResponse {
  const response = jsonResponse({ __type: `com.amazonaws.sqs#${code}`, message: text }, status);
  return { ...response, headers: { ...response.headers, 'x-amzn-query-error': `${queryNameOf(code)};Sender` } };
}
