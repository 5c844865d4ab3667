import type { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBusClient } from '../../functions/event-relay/bus-client.ts';
import { bytesOf, entryOf, type Entry, requestsOf, type StreamRecord } from '../../functions/event-relay/decide.ts';
import { relay } from '../../functions/event-relay/relay.ts';

const silent = { error: () => undefined, warn: () => undefined };
const megabyte = 1_048_576;
const setAside = () => Promise.resolve();
const observe = () => undefined;

const record = (sequenceNumber: number, image: Record<string, string> = {}): StreamRecord => {
  const item = {
    pk: 'ORDER#1',
    sk: 'EVENT#01ARZ3NDEKTSV4RRFFQ69G5FAV',
    source: 'storeworks.order-intake',
    detailType: 'OrderPlaced',
    detail: JSON.stringify({ metadata: {}, data: { sequenceNumber } }),
    ...image,
  };
  const NewImage = Object.fromEntries(Object.entries(item).map(([name, text]) => [name, { S: text }]));
  return { dynamodb: { SequenceNumber: String(sequenceNumber), NewImage } };
};
const malformed = (sequenceNumber: number) => record(sequenceNumber, { detail: 'not json' });
const tooLarge = (sequenceNumber: number) => record(sequenceNumber, { detail: `{"x":"${'x'.repeat(megabyte)}"}` });

/** A client that stores its requests and fails the entries for which `refuses` is true. */
function fakeBus(refuses: (detail: string) => boolean = () => false) {
  const requests: PutEventsCommand['input'][] = [];
  const client = {
    send: ({ input }: PutEventsCommand) => {
      requests.push(input);
      const Entries = input.Entries?.map(({ Detail = '' }) =>
        refuses(Detail) ? { ErrorCode: 'ThrottlingException' } : { EventId: 'id' },
      );
      return Promise.resolve({ Entries });
    },
  } as unknown as EventBridgeClient;
  const sent = () => requests.flatMap(({ Entries = [] }) => Entries.map(({ Detail = '' }) => numberIn(Detail)));
  return { bus: createBusClient(client, 'bus'), requests, sent };
}
const numberIn = (detail: string): number => Number(/"sequenceNumber":(\d+)/.exec(detail)?.[1]);
const failure = (sequenceNumber: number) => ({ batchItemFailures: [{ itemIdentifier: String(sequenceNumber) }] });
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describe('event relay', () => {
  it('puts a batch on the bus in its order, ten entries a request', async () => {
    const { bus, requests, sent } = fakeBus();
    expect(
      await relay(
        bus,
        setAside,
        observe,
      )(
        numbers(25).map((n) => record(n)),
        silent,
      ),
    ).toEqual({ batchItemFailures: [] });
    expect(requests.map(({ Entries }) => Entries?.length)).toEqual([10, 10, 5]);
    expect(sent()).toEqual(numbers(25));
  });

  it('keeps source, type and detail unchanged and sends the time the event was written', async () => {
    const { bus, requests } = fakeBus();
    await relay(bus, setAside, observe)([record(1, { detail: '{"metadata":{},  "data":"é"}' })], silent);
    expect(requests[0]?.Entries).toEqual([
      {
        EventBusName: 'bus',
        Source: 'storeworks.order-intake',
        DetailType: 'OrderPlaced',
        Detail: '{"metadata":{},  "data":"é"}',
        Time: new Date('2016-07-30T23:54:10.259Z'),
      },
    ]);
  });

  it('fails the first entry that the bus refused, and sends no later request', async () => {
    const { bus, sent } = fakeBus((detail) => numberIn(detail) === 13);
    expect(
      await relay(
        bus,
        setAside,
        observe,
      )(
        numbers(35).map((n) => record(n)),
        silent,
      ),
    ).toEqual(failure(13));
    expect(sent()).toEqual(numbers(20));
  });

  it('fails the first record of a request that failed as a whole', async () => {
    const bus = { put: () => Promise.reject(new Error('no network')) };
    expect(await relay(bus, setAside, observe)([record(1), record(2)], silent)).toEqual(failure(1));
  });

  it('fails the first record when the response has fewer entries than the request', async () => {
    const client = { send: () => Promise.resolve({ FailedEntryCount: 0 }) } as unknown as EventBridgeClient;
    expect(await relay(createBusClient(client, 'bus'), setAside, observe)([record(1)], silent)).toEqual(failure(1));
  });

  it.each([
    ['malformed', malformed(2)],
    ['too large', tooLarge(2)],
    ['without an image', { dynamodb: { SequenceNumber: '2', NewImage: undefined } }],
    ['not an event item', record(2, { sk: 'ORDER' })],
  ])('sends the failure queue a record that is %s, and the bus the others', async (_, invalid) => {
    const { bus, sent } = fakeBus();
    const aside: object[] = [];
    const relayAll = relay(bus, (failed) => Promise.resolve(void aside.push(failed)), observe);
    expect(await relayAll([record(1), invalid, record(3)], silent)).toEqual({ batchItemFailures: [] });
    expect(sent()).toEqual([1, 3]);
    expect(aside).toEqual([invalid]);
  });

  it.each(['MalformedDetail', 'InvalidArgument'])('sends the failure queue an entry refused as %s', async (code) => {
    const seen: number[] = [];
    const aside: object[] = [];
    const bus = {
      put: (entries: Entry[]) => {
        const index = entries.findIndex(({ detail }) => numberIn(detail) === 2);
        seen.push(...entries.map(({ detail }) => numberIn(detail)));
        return Promise.resolve(index < 0 ? undefined : { firstFailed: index, reason: code });
      },
    };
    const relayAll = relay(bus, (failed) => Promise.resolve(void aside.push(failed)), observe);
    expect(await relayAll([record(1), record(2), record(3)], silent)).toEqual({ batchItemFailures: [] });
    expect(new Set(seen)).toEqual(new Set([1, 2, 3]));
    expect(aside).toEqual([record(2)]);
  });

  it('retries an invalid record that the failure queue does not take', async () => {
    const { bus, sent } = fakeBus();
    const relayAll = relay(bus, () => Promise.reject(new Error('down')), observe);
    expect(await relayAll([record(1), malformed(2), record(3)], silent)).toEqual(failure(2));
    expect(sent()).toEqual([1, 3]);
  });

  it('sends every event when the stream redelivers from the failed record, however often the bus refuses', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { maxLength: 60 }), async (refusals) => {
        const faults = [...refusals];
        const confirmed = new Set<number>();
        const { bus } = fakeBus((detail) => {
          const refused = faults.pop() ?? false;
          if (!refused) confirmed.add(numberIn(detail));
          return refused;
        });
        let batch = numbers(30).map((n) => record(n));
        while (batch.length > 0) {
          const { batchItemFailures } = await relay(bus, setAside, observe)(batch, silent);
          const from = batchItemFailures[0]?.itemIdentifier;
          batch = from ? batch.slice(batch.findIndex(({ dynamodb }) => dynamodb.SequenceNumber === from)) : [];
        }
        expect([...confirmed].sort((a, b) => a - b)).toEqual(numbers(30));
      }),
    );
  });
});

const entry = (detail: string): Entry => ({ sequenceNumber: '1', source: 's', detailType: 't', detail });

describe('requests to the bus', () => {
  it('count an entry in UTF-8 bytes, and its time as fourteen', () => {
    expect(bytesOf({ source: 'é', detailType: 'ab', detail: '€', time: new Date(0) })).toBe(14 + 2 + 2 + 3);
  });

  it('have at most ten entries and one megabyte, and contain all entries in order', () => {
    const details = fc.array(fc.integer({ min: 0, max: 600_000 }), { maxLength: 40 });
    fc.assert(
      fc.property(details, (lengths) => {
        const entries = lengths.map((length) => entry('x'.repeat(length)));
        const requests = requestsOf(entries);
        expect(requests.flat()).toEqual(entries);
        for (const request of requests) {
          expect(request.length).toBeLessThanOrEqual(10);
          expect(request.reduce((sum, each) => sum + bytesOf(each), 0)).toBeLessThanOrEqual(megabyte);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('take an event of exactly one megabyte and refuse one byte more', () => {
    const frame = bytesOf({
      source: 'storeworks.order-intake',
      detailType: 'OrderPlaced',
      detail: '{"x":""}',
      time: new Date(0),
    });
    const ofBytes = (bytes: number) => entryOf(record(1, { detail: `{"x":"${'x'.repeat(bytes - frame)}"}` }));
    expect(ofBytes(megabyte)).not.toHaveProperty('reason');
    expect(ofBytes(megabyte + 1)).toEqual({ sequenceNumber: '1', reason: 'too-large' });
  });
});
