import { AwsError } from '../gateway/aws-call.ts';
import { type Draft, invalidParameter, sizeOf } from './message.ts';

const maximumBatchBytes = 1_048_576;

/** Returns the value if it is in SQS's range; otherwise throws AwsError. */
export function within(name: string, value: number, minimum: number, maximum: number): number {
  if (value >= minimum && value <= maximum) return value;
  throw invalidParameter(
    `Value ${value} for parameter ${name} is invalid. Reason: Must be between ${minimum} and ${maximum}, if provided.`,
  );
}

/** Throws AwsError for an invalid batch. */
export function checkEntries(entries: { Id: string }[]): void {
  if (entries.length === 0)
    throw new AwsError(
      'EmptyBatchRequest',
      'There should be at least one SendMessageBatchRequestEntry in the request.',
    );
  if (entries.length > 10) {
    throw new AwsError(
      'TooManyEntriesInBatchRequest',
      `Maximum number of entries per request are 10. You have sent ${entries.length}.`,
    );
  }
  const seen = new Set<string>();
  for (const { Id: id } of entries) {
    if (!/^[\w-]{1,80}$/.test(id)) {
      throw new AwsError(
        'InvalidBatchEntryId',
        'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.',
      );
    }
    if (seen.has(id)) throw new AwsError('BatchEntryIdsNotDistinct', `Id ${id} repeated.`);
    seen.add(id);
  }
}

/** Throws AwsError if the total size of a request's messages is over the limit. */
export function checkBatchSize(drafts: Draft[]): void {
  const bytes = drafts.reduce((sum, draft) => sum + sizeOf(draft), 0);
  if (bytes <= maximumBatchBytes) return;
  const message = `Batch requests cannot be longer than ${maximumBatchBytes} bytes. You have sent ${bytes} bytes.`;
  throw new AwsError('BatchRequestTooLong', message);
}
