import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, onTestFinished, test } from 'vitest';
import '../support/environment.ts';
import { deliver } from '../../functions/channel-webhooks/deliver.ts';
import { deliverBatch } from '../../functions/channel-webhooks/deliver.handler.ts';
import type { DeliveryMessage } from '../../functions/channel-webhooks/delivery.ts';
import type { EndpointId } from '../../functions/channel-webhooks/endpoint.ts';
import { createPost } from '../../functions/channel-webhooks/post.ts';
import { createWebhookStore } from '../../functions/channel-webhooks/store.ts';
import { allSortKeys } from '../../functions/channel-webhooks/delivery.ts';
import { store as settings } from '../../infra/store.ts';
import type { Database } from '../../shared/dynamodb/database.ts';
import { WebhookDeliveryGivenUp } from '../../shared/contracts/webhooks/events.ts';
import { noon } from '../support/builders.ts';
import { databaseForAll, tables } from '../support/dynamodb.ts';
import { eventsOf } from '../support/outbox.ts';
import { isSignedWith, startReceiver } from '../support/webhook-receiver.ts';
import { anEndpoint, anOrderEvent } from '../support/webhook-orders.ts';

const database = databaseForAll();
const store = createWebhookStore(database.db, tables);

/** A receiver, an endpoint that points at it, and a message for it. */
async function aDelivery(behave?: Parameters<typeof startReceiver>[0]) {
  const receiver = await startReceiver(behave);
  onTestFinished(() => receiver.stop());
  const endpoint = await anEndpoint(store, receiver.url);
  const { channel, endpointId } = endpoint;
  const next = async (): Promise<DeliveryMessage> => {
    const { eventId, orderId } = await anOrderEvent(database.db);
    return { channel, endpointId, eventId, orderId, eventType: 'OrderAllocated', round: 0 };
  };
  return { receiver, endpoint, next, message: await next() };
}

const hidden: { receipt: string; seconds: number }[] = [];
const queue = { hide: async (receipt: string, seconds: number) => void hidden.push({ receipt, seconds }) };

/** Gives messages to the handler as SQS does, at a time; the numbers of those that are to come again. */
async function deliverAll(messages: readonly unknown[], given: { db?: Database; now?: number; sentAt?: number } = {}) {
  const { db = database.db, now = Date.now(), sentAt = now } = given;
  const retrying = settings.webhooks;
  const post = createPost({ isLoopbackAllowed: true, timeoutSeconds: 2 });
  const one = deliver({ store: createWebhookStore(db, tables), post, retrying, now: () => now, random: () => 0.5 });
  const records = messages.map((message, index) => ({
    messageId: String(index),
    receiptHandle: `receipt-${index}`,
    attributes: { SentTimestamp: sentAt },
    body: typeof message === 'string' ? message : JSON.stringify(message),
  }));
  const { batchItemFailures } = await deliverBatch(one, queue)(records, { error: () => undefined });
  return batchItemFailures.map(({ itemIdentifier }) => Number(itemIdentifier));
}

const recorded = async (id: EndpointId) =>
  (await store.deliveries(id, allSortKeys, { isDeadOnly: false, isNewestFirst: false, limit: 100 })).deliveries;

/** The database of a function whose nth transaction fails. */
function failingAt(nth: number): Database {
  let count = 0;
  const send = async (command: Parameters<Database['send']>[0]) => {
    if (command instanceof TransactWriteCommand && (count += 1) === nth) throw new Error('The write failed');
    return database.db.send(command);
  };
  return { send } as Database;
}

/** What was given up of an event, as it was told. */
const toldOf = async (eventId: string) =>
  (await eventsOf(database.db, tables.WEBHOOK_TABLE_NAME, 'CHANNEL#storefront'))
    .filter(({ detailType }) => detailType === 'WebhookDeliveryGivenUp')
    .map(({ detail }) => WebhookDeliveryGivenUp.envelope.shape.detail.parse(detail).data)
    .filter(({ deliveredEventId }) => deliveredEventId === eventId)
    .map(({ reason, attempts }) => [reason, attempts]);

describe('a delivery', () => {
  test('is posted once, signed, and recorded; what comes again of it is dropped', async () => {
    const { receiver, endpoint, message } = await aDelivery();
    const now = Date.now();
    expect(await deliverAll([message], { now })).toEqual([]);
    expect(await deliverAll([message, message], { now })).toEqual([]);
    const [received, ...more] = receiver.received;
    expect([received?.json.data.orderId, more]).toEqual([message.orderId, []]);
    expect(received && isSignedWith(endpoint.secret, received)).toBe(true);
    expect(await recorded(endpoint)).toMatchObject([{ state: 'delivered', attempts: [{ status: 204 }], revision: 1 }]);
  });

  test('whose two copies come at once is recorded once: the copy that was late comes again and is dropped', async () => {
    const { receiver, endpoint, message } = await aDelivery();
    const again = await deliverAll([message, message]);
    expect(again.length).toBeLessThanOrEqual(1);
    expect(await deliverAll([message])).toEqual([]);
    const ids = new Set(receiver.received.map(({ headers }) => headers['webhook-id']));
    expect(ids).toEqual(new Set([message.eventId]));
    expect(await recorded(endpoint)).toMatchObject([{ state: 'delivered', tries: 1 }]);
  });

  test('that was taken from one copy stays so, whatever another copy that was slower is answered', async () => {
    const { endpoint, message } = await aDelivery((_received, number) =>
      number === 2 ? { status: 200 } : { status: 500, afterMs: number === 3 ? 300 : 0 },
    );
    expect(await deliverAll([message], { now: noon })).toEqual([0]);
    expect(await deliverAll([message, message], { now: noon + 60_000 })).toHaveLength(1);
    expect(await recorded(endpoint)).toMatchObject([{ state: 'delivered', tries: 2, revision: 2 }]);
  });

  test('beside a malformed message, one of an event that is not there and a refused one is not held up', async () => {
    const { endpoint, message, next } = await aDelivery();
    const { message: refused } = await aDelivery(() => ({ status: 500 }));
    const unknown = { ...(await next()), eventId: '01JZ0000000000000000000001' };
    hidden.splice(0);
    expect(await deliverAll(['{', message, unknown, refused])).toEqual([0, 2, 3]);
    expect(await recorded(endpoint)).toMatchObject([{ eventId: message.eventId, state: 'delivered' }]);
    // Only what its endpoint refused has a time of its own; the others come when their time in flight is over.
    expect(hidden).toEqual([{ receipt: 'receipt-3', seconds: 3.75 }]);
  });

  test('that could not be recorded is posted again under the same id', async () => {
    const { receiver, endpoint, message } = await aDelivery();
    expect(await deliverAll([message], { db: failingAt(1) })).toEqual([0]);
    expect(await recorded(endpoint)).toEqual([]);
    expect(await deliverAll([message])).toEqual([]);
    expect(receiver.received.map(({ headers }) => headers['webhook-id'])).toEqual([message.eventId, message.eventId]);
    expect(await recorded(endpoint)).toMatchObject([{ state: 'delivered', tries: 1 }]);
  });

  test('that is refused for a day is a dead letter, which tells so once, also if the first telling fails', async () => {
    const { receiver, endpoint, message } = await aDelivery(() => ({ status: 503 }));
    expect(await deliverAll([message], { now: noon })).toEqual([0]);
    // Before its time it is not posted.
    expect(await deliverAll([message], { now: noon + 1000 })).toEqual([0]);
    expect(receiver.received).toHaveLength(1);
    const late = noon + (settings.webhooks.giveUpAfterSeconds - 1) * 1000;
    expect(await deliverAll([message], { now: late, db: failingAt(1) })).toEqual([0]);
    expect(await deliverAll([message], { now: late })).toEqual([]);
    expect(await deliverAll([message], { now: late })).toEqual([]);
    expect(await recorded(endpoint)).toMatchObject([{ state: 'dead', reason: 'not-accepted-in-time', tries: 2 }]);
    expect(await toldOf(message.eventId)).toEqual([['not-accepted-in-time', 2]]);
  });

  test.each([0, 1])(
    'that only waits, after %i attempts, is a dead letter in the end, and tells so once',
    async (tries) => {
      const { receiver, endpoint, message } = await aDelivery(() => ({ status: 503 }));
      if (tries > 0) await deliverAll([message], { now: noon });
      const dayMs = settings.webhooks.giveUpAfterSeconds * 1000;
      await store.noteHealth(endpoint, 20, noon + 9 * dayMs);
      expect(await deliverAll([message], { now: noon + dayMs, sentAt: noon })).toEqual([0]);
      const sent: string[] = [];
      const send = (command: Parameters<Database['send']>[0]) => {
        sent.push(command.constructor.name);
        return database.db.send(command);
      };
      const over = { now: noon + dayMs + 1, sentAt: noon };
      expect(await deliverAll([message], { ...over, db: failingAt(1) })).toEqual([0]);
      expect(await deliverAll([message], { ...over, db: { send } as Database })).toEqual([]);
      // However many there are, each is a read and a write.
      expect(sent).toEqual(['BatchGetCommand', 'TransactWriteCommand']);
      expect(await deliverAll([message], over)).toEqual([]);
      expect(await recorded(endpoint)).toMatchObject([{ state: 'dead', reason: 'not-accepted-in-time', tries }]);
      expect(await toldOf(message.eventId)).toEqual([['not-accepted-in-time', tries]]);
      const replayed = { ...message, round: 1 };
      expect(await deliverAll([replayed], { now: noon + 3 * dayMs, sentAt: noon + 2 * dayMs })).toEqual([0]);
      expect(await deliverAll([replayed], { now: noon + 3 * dayMs + 1, sentAt: noon + 2 * dayMs })).toEqual([]);
      expect(await recorded(endpoint)).toMatchObject([{ state: 'dead', round: 1, tries: 0 }]);
      expect(receiver.received).toHaveLength(tries);
    },
  );

  test('that is answered 410 disables its endpoint, and what comes after it is a dead letter unposted', async () => {
    const { receiver, endpoint, message, next } = await aDelivery(() => ({ status: 410 }));
    expect(await deliverAll([message])).toEqual([]);
    expect(await store.endpoint(endpoint)).toMatchObject({ status: 'disabled', reason: 'gone', version: 2 });
    expect(await deliverAll([await next()])).toEqual([]);
    expect(receiver.received).toHaveLength(1);
    const reasons = (await recorded(endpoint)).map(({ state, reason }) => [state, reason]);
    expect(reasons).toEqual([
      ['dead', 'gone'],
      ['dead', 'endpoint-disabled'],
    ]);
  });
});
