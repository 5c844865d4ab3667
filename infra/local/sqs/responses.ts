import { AwsError } from '../gateway/aws-call.ts';
import { md5OfAttributes, type MessageAttribute, type MessageAttributes } from './message.ts';
import { receiptHandleOf } from './receipt-handle.ts';
import { sequenceNumberOf, type StoredQueue } from './store.ts';
import type { Row } from './tables.ts';

/** A received message in the format of Lambda's SQS event. */
export type QueueMessage = {
  messageId: string;
  receiptHandle: string;
  body: string;
  /** System attributes; times are ms since the epoch, as text. */
  attributes: Record<string, string>;
  messageAttributes: Record<string, LambdaAttribute>;
  md5OfBody: string;
  md5OfMessageAttributes?: string;
};

type LambdaAttribute = {
  stringValue?: string;
  /** Base64. */
  binaryValue?: string;
  stringListValues: string[];
  binaryListValues: string[];
  dataType: string;
};

const systemAttributes = [
  'SenderId',
  'SentTimestamp',
  'ApproximateReceiveCount',
  'ApproximateFirstReceiveTimestamp',
  'SequenceNumber',
  'MessageDeduplicationId',
  'MessageGroupId',
  'AWSTraceHeader',
  'DeadLetterQueueSourceArn',
];

function attributesOf(queue: StoredQueue, row: Row): Record<string, string> {
  return {
    ApproximateReceiveCount: String(row.receive_count + row.carried_receives),
    SentTimestamp: String(row.sent_at),
    SenderId: accountOf(queue),
    ApproximateFirstReceiveTimestamp: String(row.first_received_at),
    ...(queue.isFifo && { SequenceNumber: sequenceNumberOf(row.id) }),
    ...(row.group_id !== null && { MessageGroupId: row.group_id }),
    ...(row.deduplication_id !== null && { MessageDeduplicationId: row.deduplication_id }),
    ...(row.trace_header !== null && { AWSTraceHeader: row.trace_header }),
    ...(row.source_arn !== null && { DeadLetterQueueSourceArn: row.source_arn }),
  };
}

export const accountOf = (queue: StoredQueue): string => queue.arn.split(':')[4] ?? '';

export const queueMessageOf = (queue: StoredQueue, row: Row): QueueMessage => ({
  messageId: row.message_id,
  receiptHandle: receiptHandleOf(row),
  body: row.body,
  attributes: attributesOf(queue, row),
  messageAttributes: Object.fromEntries(
    Object.entries(messageAttributesOf(row)).map(([name, attribute]) => [name, lambdaAttributeOf(attribute)]),
  ),
  md5OfBody: row.body_md5,
  ...(row.attributes_md5 !== null && { md5OfMessageAttributes: row.attributes_md5 }),
});

const messageAttributesOf = (row: Row): MessageAttributes =>
  row.attributes === null ? {} : (JSON.parse(row.attributes) as MessageAttributes);

const lambdaAttributeOf = ({ DataType, StringValue, BinaryValue }: MessageAttribute): LambdaAttribute => ({
  ...(StringValue !== undefined && { stringValue: StringValue }),
  ...(BinaryValue !== undefined && { binaryValue: BinaryValue }),
  stringListValues: [],
  binaryListValues: [],
  dataType: DataType,
});

/** A message in the format of ReceiveMessage, with the requested attributes. */
export function receivedOf(queue: StoredQueue, row: Row, requested: { system: string[]; own: string[] }) {
  const attributes = chosen(attributesOf(queue, row), requested.system);
  const own = matching(messageAttributesOf(row), requested.own);
  return {
    MessageId: row.message_id,
    ReceiptHandle: receiptHandleOf(row),
    MD5OfBody: row.body_md5,
    Body: row.body,
    ...(Object.keys(attributes).length > 0 && { Attributes: attributes }),
    ...(Object.keys(own).length > 0 && { MessageAttributes: own, MD5OfMessageAttributes: md5OfAttributes(own) }),
  };
}

/** Throws AwsError for an unknown system attribute. */
export const checkSystemAttributes = (names: string[]): void => checkNames(names, systemAttributes);

function checkNames(names: string[], known: string[]): void {
  const unknown = names.find((name) => name !== 'All' && !known.includes(name));
  if (unknown !== undefined) throw new AwsError('InvalidAttributeName', `Unknown Attribute ${unknown}.`);
}

function chosen(values: Record<string, string>, names: string[]): Record<string, string> {
  if (names.includes('All')) return values;
  return Object.fromEntries(Object.entries(values).filter(([name]) => names.includes(name)));
}

/** A name is exact, a prefix such as `trace.*`, `.*` or `All`. */
function matching(attributes: MessageAttributes, names: string[]): MessageAttributes {
  if (names.length === 0) return {};
  const isRequested = (name: string) =>
    names.some(
      (requested) =>
        requested === 'All' ||
        requested === name ||
        (requested.endsWith('.*') && name.startsWith(requested.slice(0, -2))),
    );
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => isRequested(name)));
}

type Counts = { visible: number; inFlight: number; delayed: number };

/** The requested attributes of a queue. Throws AwsError for an unknown name. */
export function queueAttributesOf(queue: StoredQueue, counts: () => Counts, names: string[]): Record<string, string> {
  checkNames(names, queueAttributes);
  if (names.length === 0) return {};
  const { visible, inFlight, delayed } = counts();
  const createdAt = String(Math.floor(queue.createdAt / 1000));
  const values = {
    QueueArn: queue.arn,
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesNotVisible: String(inFlight),
    ApproximateNumberOfMessagesDelayed: String(delayed),
    CreatedTimestamp: createdAt,
    LastModifiedTimestamp: createdAt,
    VisibilityTimeout: String(queue.visibilityTimeoutSeconds),
    MaximumMessageSize: String(queue.maximumMessageBytes),
    MessageRetentionPeriod: String(queue.retentionSeconds),
    DelaySeconds: String(queue.delaySeconds),
    ReceiveMessageWaitTimeSeconds: String(queue.receiveWaitSeconds),
    SqsManagedSseEnabled: 'true',
    ...(queue.deadLetter && {
      RedrivePolicy: JSON.stringify({
        deadLetterTargetArn: queue.deadLetter.arn,
        maxReceiveCount: queue.deadLetter.maxReceiveCount,
      }),
    }),
    ...(queue.redriveAllow && { RedriveAllowPolicy: JSON.stringify(queue.redriveAllow) }),
    ...(queue.isFifo && {
      FifoQueue: 'true',
      ContentBasedDeduplication: String(queue.deduplicatesByContent),
      DeduplicationScope: queue.deduplicationScope,
      FifoThroughputLimit: queue.throughputLimit,
    }),
  };
  return chosen(values, names);
}

const queueAttributes = [
  'QueueArn',
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
  'CreatedTimestamp',
  'LastModifiedTimestamp',
  'VisibilityTimeout',
  'MaximumMessageSize',
  'MessageRetentionPeriod',
  'DelaySeconds',
  'ReceiveMessageWaitTimeSeconds',
  'Policy',
  'RedrivePolicy',
  'RedriveAllowPolicy',
  'FifoQueue',
  'ContentBasedDeduplication',
  'DeduplicationScope',
  'FifoThroughputLimit',
  'KmsMasterKeyId',
  'KmsDataKeyReusePeriodSeconds',
  'SqsManagedSseEnabled',
];
