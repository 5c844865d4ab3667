import { createHash, hash } from 'node:crypto';
import * as z from 'zod';
import { AwsError } from '../gateway/aws-call.ts';
import type { Queue } from './queue.ts';

export const MessageAttribute = z.object({
  DataType: z.string(),
  StringValue: z.string().optional(),
  /** Base64. */
  BinaryValue: z.string().optional(),
});
export type MessageAttribute = z.infer<typeof MessageAttribute>;
export type MessageAttributes = Record<string, MessageAttribute>;

/** A message as sent. The queue's settings are the defaults. */
export type Draft = {
  body: string;
  attributes?: MessageAttributes | undefined;
  delaySeconds?: number | undefined;
  groupId?: string | undefined;
  deduplicationId?: string | undefined;
  traceHeader?: string | undefined;
};

/** A validated message with its digests. */
export type Sendable = Draft & { bodyMd5: string; attributesMd5: string | undefined };

// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
const forbiddenCharacters = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u;
const identifier = /^[\w!"#$%&'()*+,\-./:;<=>?@[\\\]^`{|}~]{1,128}$/;
const attributeName = /^(?!\.)(?!.*\.\.)[\w\-.]{1,256}(?<!\.)$/;

export const invalidParameter = (message: string) => new AwsError('InvalidParameterValue', message);
export const missingParameter = (name: string) =>
  new AwsError('MissingParameter', `The request must contain the parameter ${name}.`);

/** Validates a message for the queue. Throws AwsError as SQS does. */
export function checkDraft(queue: Queue, draft: Draft): Sendable {
  if (draft.body === '') throw missingParameter('MessageBody');
  if (forbiddenCharacters.test(draft.body)) {
    throw new AwsError(
      'InvalidMessageContents',
      'Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF',
    );
  }
  const attributes = draft.attributes && Object.keys(draft.attributes).length > 0 ? draft.attributes : undefined;
  if (attributes) checkAttributes(attributes);
  if (sizeOf(draft) > queue.maximumMessageBytes) {
    throw invalidParameter(
      `One or more parameters are invalid. Reason: Message must be shorter than ${queue.maximumMessageBytes} bytes.`,
    );
  }
  const delay = draft.delaySeconds;
  if (delay !== undefined && (delay < 0 || delay > 900)) {
    throw invalidParameter(
      `Value ${delay} for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.`,
    );
  }
  checkIdentifier('MessageGroupId', draft.groupId);
  checkIdentifier('MessageDeduplicationId', draft.deduplicationId);
  const sendable = {
    ...draft,
    attributes,
    bodyMd5: hash('md5', draft.body),
    attributesMd5: attributes && md5OfAttributes(attributes),
  };
  return queue.isFifo ? { ...sendable, ...fifoIdentity(queue, draft) } : checkStandard(sendable);
}

/** Size of a message in bytes: the body and each attribute's name, type and value. */
export function sizeOf({ body, attributes = {} }: Draft): number {
  let bytes = Buffer.byteLength(body);
  for (const [name, { DataType, StringValue, BinaryValue }] of Object.entries(attributes)) {
    bytes += Buffer.byteLength(name) + Buffer.byteLength(DataType) + Buffer.byteLength(StringValue ?? '');
    bytes += Buffer.byteLength(BinaryValue ?? '', 'base64');
  }
  return bytes;
}

function checkStandard(draft: Sendable): Sendable {
  if (draft.deduplicationId === undefined) return draft;
  throw notForThisType('MessageDeduplicationId', draft.deduplicationId);
}

function fifoIdentity(queue: Queue, { body, groupId, deduplicationId, delaySeconds }: Draft) {
  if (groupId === undefined) throw missingParameter('MessageGroupId');
  if (delaySeconds) throw notForThisType('DelaySeconds', String(delaySeconds));
  if (deduplicationId === undefined && !queue.deduplicatesByContent) {
    throw invalidParameter(
      'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
    );
  }
  return { groupId, deduplicationId: deduplicationId ?? hash('sha256', body) };
}

const notForThisType = (name: string, value: string) =>
  invalidParameter(
    `Value ${value} for parameter ${name} is invalid. Reason: The request include parameter that is not valid for this queue type.`,
  );

function checkIdentifier(name: string, value: string | undefined): void {
  if (value === undefined || identifier.test(value)) return;
  throw invalidParameter(
    `Value ${value} for parameter ${name} is invalid. Reason: ${name} can only include alphanumeric and punctuation characters. 1 to 128 in length.`,
  );
}

function checkAttributes(attributes: MessageAttributes): void {
  const names = Object.keys(attributes);
  if (names.length > 10)
    throw invalidParameter(`Number of message attributes [${names.length}] exceeds the allowed maximum [10].`);
  for (const [name, attribute] of Object.entries(attributes)) {
    if (!attributeName.test(name) || /^(aws|amazon)\./i.test(name)) {
      throw invalidParameter(`The message attribute name '${name}' is invalid.`);
    }
    const kind = attribute.DataType.split('.')[0];
    const value = kind === 'Binary' ? attribute.BinaryValue : attribute.StringValue;
    if (kind !== 'String' && kind !== 'Number' && kind !== 'Binary') {
      throw invalidParameter(
        `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
      );
    }
    if (!value)
      throw invalidParameter(
        `The message attribute '${name}' must contain a non-empty message attribute value for message attribute type '${kind}'.`,
      );
    if (kind === 'Number' && !Number.isFinite(Number(value))) {
      throw invalidParameter(`Can't cast the value of message (user) attribute '${name}' to a number.`);
    }
    if (kind !== 'Binary' && forbiddenCharacters.test(value)) {
      throw new AwsError('InvalidMessageContents', `The message attribute '${name}' contains invalid characters.`);
    }
  }
}

/**
 * The digest that SDKs compare, over the attributes sorted by name.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html
 */
export function md5OfAttributes(attributes: MessageAttributes): string {
  const digest = createHash('md5');
  const add = (bytes: Buffer) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    digest.update(length).update(bytes);
  };
  for (const [name, { DataType, StringValue, BinaryValue }] of Object.entries(attributes).sort(byName)) {
    add(Buffer.from(name));
    add(Buffer.from(DataType));
    const isBinary = DataType.startsWith('Binary');
    digest.update(Buffer.from([isBinary ? 2 : 1]));
    add(isBinary ? Buffer.from(BinaryValue ?? '', 'base64') : Buffer.from(StringValue ?? ''));
  }
  return digest.digest('hex');
}

const byName = ([a]: [string, unknown], [b]: [string, unknown]) => Buffer.compare(Buffer.from(a), Buffer.from(b));
