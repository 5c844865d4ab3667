import type { Logger } from '@aws-lambda-powertools/logger';
import type { DynamoDBBatchResponse } from 'aws-lambda';
import type { Bus } from './bus-client.ts';
import { entryOf, type Entry, requestsOf, type StreamRecord } from './decide.ts';

type Log = Pick<Logger, 'error' | 'warn'>;

/**
 * Puts a batch of stream records on the bus, in their order. Answers with the first record that the bus has not
 * confirmed: the stream delivers it and all after it again. What cannot be sent at all does not hold up its
 * neighbours; it is reported each time, until the mapping gives it to the failure queue.
 */
export const relay =
  (bus: Bus) =>
  async (records: StreamRecord[], log: Log): Promise<DynamoDBBatchResponse> => {
    const entries: Entry[] = [];
    const failed = new Set<string>();
    for (const entry of records.map(entryOf)) {
      if ('reason' in entry) {
        failed.add(entry.sequenceNumber);
        log.error('event cannot be sent', { ...entry });
      } else entries.push(entry);
    }

    const unconfirmed = await firstUnconfirmed(bus, entries, log);
    if (unconfirmed !== undefined) failed.add(unconfirmed);
    const first = records.find(({ dynamodb }) => failed.has(dynamodb.SequenceNumber));
    return { batchItemFailures: first ? [{ itemIdentifier: first.dynamodb.SequenceNumber }] : [] };
  };

/** Stops at the first failure: what follows comes again anyway, and would only overtake what failed. */
async function firstUnconfirmed(bus: Bus, entries: Entry[], log: Log): Promise<string | undefined> {
  for (const request of requestsOf(entries)) {
    const failure = await put(bus, request);
    if (failure) {
      const sequenceNumber = request[failure.firstFailed]?.sequenceNumber;
      log.warn('bus did not confirm an event', { sequenceNumber, reason: failure.reason });
      return sequenceNumber;
    }
  }
  return undefined;
}

/** A request that fails as a whole confirms nothing, whatever the error: it is reported, so nothing is swallowed. */
async function put(bus: Bus, request: Entry[]): ReturnType<Bus['put']> {
  try {
    return await bus.put(request);
  } catch (error) {
    return { firstFailed: 0, reason: String(error) };
  }
}
