import { gunzipSync } from 'node:zlib';
import type { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { journal } from '../../functions/event-journal/journal.ts';
import { createLakeStore } from '../../functions/event-journal/lake-store.ts';
import { businessDays } from '../../shared/business-day.ts';

const event = (eventId: string, occurredAt: string, data: unknown = { n: 1 }) => ({
  version: '0',
  id: crypto.randomUUID(),
  'detail-type': 'OrderPlaced',
  source: 'storeworks.order-intake',
  account: '000000000000',
  time: '2011-01-01T00:00:00Z',
  region: 'eu-west-1',
  resources: [],
  detail: { metadata: { eventId, version: 1, occurredAt, actor: 'storefront' }, data },
});
const message = (messageId: string, body: unknown) => ({ messageId, body: JSON.stringify(body) });
const summerEvening = '2011-06-30T22:30:00Z';
const summerNight = '2011-06-30T23:30:00Z';

/** Before every event time of these tests, so that no event is late. */
const before = '2011-01-01T12:00:00Z';

/** A journal at the time `now` over a bucket in memory that refuses keys containing `refuses`. */
function memoryLake({ refuses = '\0', now = before, readSecret = () => Promise.resolve('secret') } = {}) {
  const files = new Map<string, Buffer>();
  const s3 = {
    send: ({ input }: PutObjectCommand) => {
      const key = input.Key ?? '';
      if (key.includes(refuses)) return Promise.reject(new Error('SlowDown'));
      files.set(key, Buffer.from(input.Body as Uint8Array));
      return Promise.resolve({});
    },
  } as unknown as S3Client;
  const logged: unknown[] = [];
  const write = journal({
    lake: createLakeStore(s3, 'lake'),
    businessDay: businessDays('Europe/London'),
    readSecret,
    clock: () => Date.parse(now),
  });
  // The days of a batch are written concurrently, in any order.
  const keysOf = (folder: string) => [...files.keys()].filter((key) => key.startsWith(folder)).toSorted();
  const lines = () =>
    keysOf('events/').flatMap((key) =>
      gunzipSync(files.get(key) ?? '')
        .toString()
        .trimEnd()
        .split('\n')
        .map((line) => [key.slice('events/dt='.length, 20), JSON.parse(line) as unknown]),
    );
  return {
    files,
    eventFiles: () => keysOf('events/'),
    lateArrivals: () => keysOf('late/'),
    lines,
    logged,
    write: (messages: { messageId: string; body: string }[]) =>
      write(messages, { error: (...entry: unknown[]) => void logged.push(entry) }),
  };
}
const failures = (...ids: string[]) => ({ batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) });

describe('event journal', () => {
  it('writes each event without personal data unchanged to the business day of its occurredAt', async () => {
    const lake = memoryLake();
    const sent = [event('e1', summerEvening, { line: 'é\n' }), event('e2', summerNight)];
    expect(await lake.write(sent.map((body, index) => message(`m${index}`, body)))).toEqual(failures());
    expect(lake.eventFiles().map((key) => key.replace(/[0-9a-f]{32}/, 'NAME'))).toEqual([
      'events/dt=2011-06-30/NAME.ndjson.gz',
      'events/dt=2011-07-01/NAME.ndjson.gz',
    ]);
    expect(lake.lines()).toEqual([
      ['2011-06-30', { source: 'storeworks.order-intake', 'detail-type': 'OrderPlaced', detail: sent[0]?.detail }],
      ['2011-07-01', { source: 'storeworks.order-intake', 'detail-type': 'OrderPlaced', detail: sent[1]?.detail }],
    ]);
  });

  it('writes no personal data, and the pseudonym of the customer', async () => {
    const lake = memoryLake();
    const order = {
      channel: 'storefront',
      customer: { id: 'c1', email: 'ada@example.com', name: 'Ada', phone: '+44 20 7946 0018' },
      shippingAddress: { name: 'Ada', line1: '10 Downing Street', postalCode: 'SW1A 1AA', country: 'GB' },
      billingAddress: { city: 'London', country: 'GB' },
      note: 'Ring twice',
      totalMinor: 4493,
    };
    await lake.write([message('m1', event('e1', summerEvening, order))]);
    expect(lake.lines()).toMatchObject([
      [
        '2011-06-30',
        {
          detail: {
            data: {
              channel: 'storefront',
              customer: {},
              shippingAddress: { country: 'GB' },
              billingAddress: { country: 'GB' },
              totalMinor: 4493,
            },
          },
          customer: expect.stringMatching(/^cus_[0-9a-f]{32}$/) as string,
        },
      ],
    ]);
    expect(JSON.stringify(lake.lines())).not.toMatch(/\bc1\b|\b[aA]da\b|7946|Downing|SW1A|London|Ring/);
  });

  it('writes nothing while the secret of the pseudonyms cannot be read', async () => {
    const lake = memoryLake({ readSecret: () => Promise.reject(new Error('Throttled')) });
    await expect(lake.write([message('m1', event('e1', summerEvening))])).rejects.toThrow('Throttled');
    expect(lake.files.size).toBe(0);
  });

  it('replaces lone surrogates and keeps everything else', async () => {
    const lake = memoryLake();
    await lake.write([
      message('m1', event('e1', summerEvening, { line: 'cut \ud83d', pair: '😀', text: '\\ud83d \\\\ud83d' })),
    ]);
    expect(lake.lines()).toMatchObject([
      ['2011-06-30', { detail: { data: { line: 'cut \ufffd', pair: '😀', text: '\\ud83d \\\\ud83d' } } }],
    ]);
  });

  it('writes the same bytes under the same key when a batch is delivered again, in any order', async () => {
    const batch = ['a', 'b', 'c'].map((id) => message(`m-${id}`, event(id, summerEvening)));
    const [first, again] = [memoryLake(), memoryLake()];
    await first.write(batch);
    await again.write([...batch.toReversed(), ...batch]);
    expect(again.files).toEqual(first.files);
    expect(again.files.size).toBe(1);
  });

  it('gives batches of different events different names', async () => {
    const lake = memoryLake();
    await lake.write([message('m1', event('a', summerEvening))]);
    await lake.write([message('m2', event('b', summerEvening))]);
    await lake.write([message('m3', event('a', summerEvening)), message('m4', event('b', summerEvening))]);
    expect(lake.files.size).toBe(3);
  });

  it.each([
    ['not JSON', 'hello'],
    ['not an object', '42'],
    ['without metadata', JSON.stringify({ ...event('x', summerEvening), detail: { data: {} } })],
    ['without an event id', JSON.stringify(event('', summerEvening))],
    ['without a time', JSON.stringify(event('x', 'yesterday'))],
  ])('fails a message that is %s alone and writes the others', async (_, body) => {
    const lake = memoryLake();
    const good = message('good', event('e1', summerEvening));
    expect(await lake.write([{ messageId: 'bad', body }, good])).toEqual(failures('bad'));
    expect(lake.lines()).toHaveLength(1);
    expect(JSON.stringify(lake.logged)).not.toContain('storefront');
  });

  it('fails only the messages of a day that could not be written', async () => {
    const lake = memoryLake({ refuses: 'dt=2011-07-01' });
    const batch = [
      message('m1', event('e1', summerEvening)),
      message('m2', event('e2', summerNight)),
      message('m3', event('e2', summerNight)),
    ];
    expect(await lake.write(batch)).toEqual(failures('m2', 'm3'));
    expect(lake.lines()).toHaveLength(1);
  });

  it.each([
    ['none on the day', '2011-06-30T22:30:00Z', []],
    ['none until ten past midnight, as reports start at half past', '2011-06-30T23:09:59Z', []],
    ['from ten past midnight', '2011-06-30T23:10:00Z', ['late/on=2011-07-01/dt=2011-06-30']],
    ['weeks later', '2011-07-20T12:00:00Z', ['late/on=2011-07-20/dt=2011-06-30', 'late/on=2011-07-20/dt=2011-07-01']],
  ])('records late arrivals: %s', async (_, now, lateArrivals) => {
    const lake = memoryLake({ now });
    await lake.write([message('m1', event('e1', summerEvening)), message('m2', event('e2', summerNight))]);
    expect(lake.lateArrivals()).toEqual(lateArrivals);
  });

  it('fails the messages of a late day whose late arrival could not be recorded', async () => {
    const lake = memoryLake({ now: '2011-07-20T12:00:00Z', refuses: 'late/on=2011-07-20/dt=2011-07-01' });
    const batch = [message('m1', event('e1', summerEvening)), message('m2', event('e2', summerNight))];
    expect(await lake.write(batch)).toEqual(failures('m2'));
  });

  it('writes a batch of a thousand events over three hundred days', async () => {
    const lake = memoryLake();
    const batch = Array.from({ length: 1000 }, (_, index) =>
      message(`m${index}`, event(`e${index}`, new Date(Date.UTC(2011, 0, 1 + (index % 300), 12)).toISOString())),
    );
    expect(await lake.write(batch)).toEqual(failures());
    expect(lake.files.size).toBe(300);
    expect(lake.lines()).toHaveLength(1000);
  });
});
