import type { Logger } from '@aws-lambda-powertools/logger';
import type { DynamoDBBatchResponse } from 'aws-lambda';
import type { SetAside } from '../../shared/lambda/failed-records.ts';
import type { BusClient } from './bus-client.ts';
import type { Relayed } from './event-metrics.ts';
import { entryOf, type Entry, requestsOf, type StreamRecord } from './decide.ts';

type Log = Pick<Logger, 'error' | 'warn'>;

/** Error codes of an entry that no retry can send: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsResultEntry.html */
const invalidEntry = new Set(['MalformedDetail', 'InvalidArgument']);

/**
 * Puts a batch of stream records on the bus, in their order. Returns the first record that the bus has not confirmed: the
 * stream delivers it and all later ones again. Records that cannot be sent go to the failure queue and delay no others.
 */
export const relay =
  (bus: BusClient, setAside: SetAside, observe: (batch: Relayed) => void) =>
  async (records: StreamRecord[], log: Log): Promise<DynamoDBBatchResponse> => {
    const bySequence = new Map(records.map((record) => [record.dynamodb.SequenceNumber, record]));
    const failed = new Set<string>();
    /** A record that the failure queue does not take is retried by the stream. */
    const fail = async (sequenceNumber: string, reason: string) => {
      log.error('event cannot be sent', { sequenceNumber, reason });
      try {
        await setAside(bySequence.get(sequenceNumber) ?? {}, reason);
      } catch (error) {
        log.error('failure queue refused a record', { sequenceNumber, error: String(error) });
        failed.add(sequenceNumber);
      }
    };

    const entries: Entry[] = [];
    for (const entry of records.map(entryOf)) {
      if ('reason' in entry) await fail(entry.sequenceNumber, entry.reason);
      else entries.push(entry);
    }
    const unconfirmed = await firstUnconfirmed(bus, entries, fail, log);
    const unpublished = entries.findIndex(({ sequenceNumber }) => sequenceNumber === unconfirmed);
    observe({ entries, published: unpublished < 0 ? entries : entries.slice(0, unpublished) });
    if (unconfirmed !== undefined) failed.add(unconfirmed);
    const first = records.find(({ dynamodb }) => failed.has(dynamodb.SequenceNumber));
    return { batchItemFailures: first ? [{ itemIdentifier: first.dynamodb.SequenceNumber }] : [] };
  };

/** Stops at the first failure: the stream delivers all later records again, and they would overtake the failed one. */
async function firstUnconfirmed(
  bus: BusClient,
  entries: Entry[],
  fail: (sequenceNumber: string, reason: string) => Promise<void>,
  log: Log,
): Promise<string | undefined> {
  const requests = requestsOf(entries);
  for (let request = requests.shift(); request; request = requests.shift()) {
    const failure = await put(bus, request);
    if (!failure) continue;
    const failed = request[failure.firstFailed];
    if (failed && invalidEntry.has(failure.reason)) {
      await fail(failed.sequenceNumber, failure.reason);
      const rest = request.slice(failure.firstFailed + 1);
      if (rest.length > 0) requests.unshift(rest);
      continue;
    }
    log.warn('bus did not confirm an event', { sequenceNumber: failed?.sequenceNumber, reason: failure.reason });
    return failed?.sequenceNumber;
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
