import type { Logger } from '@aws-lambda-powertools/logger';
import type { DynamoDBBatchResponse } from 'aws-lambda';
import type { BusClient } from './bus-client.ts';
import { entryOf, type Entry, requestsOf, type StreamRecord } from './decide.ts';

type Log = Pick<Logger, 'error' | 'warn'>;

/**
 * Puts a batch of stream records on the bus, in their order. Returns the first record that the bus has not confirmed: the
 * stream delivers it and all later ones again. Records that cannot be sent do not block the others, and fail the batch
 * until the mapping sends them to the failure queue.
 */
export const relay =
  (bus: BusClient) =>
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

/** Stops at the first failure: the stream delivers all later records again, and they would overtake the failed one. */
async function firstUnconfirmed(bus: BusClient, entries: Entry[], log: Log): Promise<string | undefined> {
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

/** An error of the whole request, of any kind, confirms none of its entries. */
async function put(bus: BusClient, request: Entry[]): ReturnType<BusClient['put']> {
  try {
    return await bus.put(request);
  } catch (error) {
    return { firstFailed: 0, reason: String(error) };
  }
}
