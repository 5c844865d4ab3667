import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, onTestFinished, test } from 'vitest';
import { channels } from '../../support/environment.ts';
import { deliver } from '../../../functions/channel-webhooks/deliveries/deliver.ts';
import { deliverBatch } from '../../../functions/channel-webhooks/deliveries/deliver.handler.ts';
import type { DeliveryMessage } from '../../../functions/channel-webhooks/deliveries/delivery.ts';
import type { Health } from '../../../functions/channel-webhooks/endpoints/health.ts';
import type { EndpointId } from '../../../functions/channel-webhooks/endpoints/endpoint.ts';
import { createWebhookClient } from '../../../functions/channel-webhooks/endpoints/webhook-client.ts';
import { createDeliveryStore } from '../../../functions/channel-webhooks/deliveries/delivery-store.ts';
import { createEndpointStore } from '../../../functions/channel-webhooks/endpoints/endpoint-store.ts';
import { allSortKeys } from '../../../functions/channel-webhooks/deliveries/delivery.ts';
import { store as settings } from '../../../infra/store.ts';
import type { Database } from '../../../shared/dynamodb/database.ts';
import { WebhookDeliveryGivenUp } from '../../../shared/contracts/webhooks/events.ts';
import { aCause, noon } from '../../support/builders.ts';
import { databaseForAll, tables } from '../../support/database/dynamodb.ts';
import { eventsOf } from '../../support/database/outbox.ts';
import { type HostileBehaviour, startHostileReceiver } from '../../support/webhooks/hostile-receiver.ts';
import { isSignedWith, type Received, startReceiver } from '../../support/webhooks/webhook-receiver.ts';
import { anEndpoint, anOrderEvent } from '../../support/webhooks/order-events.ts';

const database = databaseForAll();
const endpoints = createEndpointStore(database.db, tables);
const deliveries = createDeliveryStore(database.db, tables);

/** A receiver, an endpoint that points at it, and a message for it. */
async function aDelivery(behave?: Parameters<typeof startReceiver>[0]) {
  const receiver = await startReceiver(behave);
  onTestFinished(() => receiver.stop());
  const endpoint = await anEndpoint(endpoints, receiver.url);
  const { channel, endpointId } = endpoint;
  const next = async (): Promise<DeliveryMessage> => {
    const { eventId, orderId } = await anOrderEvent(database.db);
    return { channel, endpointId, eventId, orderId, eventType: 'OrderAllocated', round: 0 };
  };
  return { receiver, endpoint, next, message: await next() };
}

const timeouts: { receipt: string; seconds: number }[] = [];
const queue = {
  setVisibilityTimeout: async (receipt: string, seconds: number) => void timeouts.push({ receipt, seconds }),
};

/** Invokes the handler as SQS does, at the time `now`; returns the indexes of the failed messages. */
async function deliverAll(messages: readonly unknown[], given: { db?: Database; now?: number; sentAt?: number } = {}) {
  const { db = database.db, now = Date.now(), sentAt = now } = given;
  const one = deliver({
    deliveries: createDeliveryStore(db, tables),
    endpoints: createEndpointStore(db, tables),
    post: createWebhookClient({ isLoopbackAllowed: true, timeoutSeconds: 2 }),
    policy: settings.webhooks,
    channels,
    now: () => now,
    random: () => 0.5,
  });
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
  (await deliveries.list(id, allSortKeys, { isDeadOnly: false, isNewestFirst: false, limit: 100 })).deliveries;

/** A database whose nth transaction fails. */
function failingAt(nth: number): Database {
  let count = 0;
  const send = async (command: Parameters<Database['send']>[0]) => {
    if (command instanceof TransactWriteCommand && (count += 1) === nth) throw new Error('The write failed');
    return database.db.send(command);
  };
  return { send } as Database;
}

/** Reason and attempts of the published dead deliveries of an event. */
const publishedDead = async (eventId: string) =>
  (await eventsOf(database.db, tables.WEBHOOK_TABLE_NAME, 'CHANNEL#storefront'))
    .filter(({ detailType }) => detailType === 'WebhookDeliveryGivenUp')
    .map(({ detail }) => WebhookDeliveryGivenUp.envelope.shape.detail.parse(detail).data)
    .filter(({ deliveredEventId }) => deliveredEventId === eventId)
    .map(({ reason, attempts }) => [reason, attempts]);

describe('a delivery', () => {
  test('is posted once, signed and recorded; its duplicates are dropped', async () => {
    const { receiver, endpoint, message } = await aDelivery();
    const now = Date.now();
    expect(await deliverAll([message], { now })).toEqual([]);
    expect(await deliverAll([message, message], { now })).toEqual([]);
    const [received, ...more] = receiver.received;
    expect([received?.json.data.orderId, more]).toEqual([message.orderId, []]);
    expect(received && isSignedWith(endpoint.secret, received)).toBe(true);
    expect(await recorded(endpoint)).toMatchObject([{ state: 'delivered', attempts: [{ status: 204 }], revision: 1 }]);
  });

  test('is recorded once when two copies arrive together: the later copy is retried and dropped', async () => {
    const { receiver, endpoint, message } = await aDelivery();
    const again = await deliverAll([message, message]);
    expect(again.length).toBeLessThanOrEqual(1);
    expect(await deliverAll([message])).toEqual([]);
    const ids = new Set(receiver.received.map(({ headers }) => headers['webhook-id']));
    expect(ids).toEqual(new Set([message.eventId]));
    expect(await recorded(endpoint)).toMatchObject([{ state: 'delivered', tries: 1 }]);
  });

  test('stays delivered when a slower copy of it fails', async () => {
    const { endpoint, message } = await aDelivery((_received, number) =>
      number === 2 ? { status: 200 } : { status: 500, afterMs: number === 3 ? 300 : 0 },
    );
    expect(await deliverAll([message], { now: noon })).toEqual([0]);
    expect(await deliverAll([message, message], { now: noon + 60_000 })).toHaveLength(1);
    expect(await recorded(endpoint)).toMatchObject([{ state: 'delivered', tries: 2, revision: 2 }]);
  });

  test('is not held up by a malformed message, a missing event or a refused delivery in its batch', async () => {
    const { endpoint, message, next } = await aDelivery();
    const { message: refused } = await aDelivery(() => ({ status: 500 }));
    const unknown = { ...(await next()), eventId: '01JZ0000000000000000000001' };
    timeouts.splice(0);
    expect(await deliverAll(['{', message, unknown, refused])).toEqual([0, 2, 3]);
    expect(await recorded(endpoint)).toMatchObject([{ eventId: message.eventId, state: 'delivered' }]);
    // The refused delivery has a retry delay; the others are retried after the queue's visibility timeout.
    expect(timeouts).toEqual([{ receipt: 'receipt-3', seconds: 3.75 }]);
  });

  test('is posted again under the same id when recording it failed', async () => {
    const { receiver, endpoint, message } = await aDelivery();
    expect(await deliverAll([message], { db: failingAt(1) })).toEqual([0]);
    expect(await recorded(endpoint)).toEqual([]);
    expect(await deliverAll([message])).toEqual([]);
    expect(receiver.received.map(({ headers }) => headers['webhook-id'])).toEqual([message.eventId, message.eventId]);
    expect(await recorded(endpoint)).toMatchObject([{ state: 'delivered', tries: 1 }]);
  });

  test('refused for a day is dead, and one event is published, also if the first write fails', async () => {
    const { receiver, endpoint, message } = await aDelivery(() => ({ status: 503 }));
    expect(await deliverAll([message], { now: noon })).toEqual([0]);
    // Not posted before its next attempt is due.
    expect(await deliverAll([message], { now: noon + 1000 })).toEqual([0]);
    expect(receiver.received).toHaveLength(1);
    const late = noon + (settings.webhooks.maxAgeSeconds - 1) * 1000;
    const claimedMs = 12_000;
    expect(await deliverAll([message], { now: late - claimedMs, db: failingAt(1) })).toEqual([0]);
    expect(await deliverAll([message], { now: late })).toEqual([]);
    expect(await deliverAll([message], { now: late })).toEqual([]);
    expect(await recorded(endpoint)).toMatchObject([{ state: 'dead', reason: 'not-accepted-in-time', tries: 2 }]);
    expect(await publishedDead(message.eventId)).toEqual([['not-accepted-in-time', 2]]);
  });

  test.each([0, 1])(
    'of a paused endpoint is dead after a day, after %i attempts, and one event is published',
    async (tries) => {
      const { receiver, endpoint, message } = await aDelivery(() => ({ status: 503 }));
      if (tries > 0) await deliverAll([message], { now: noon });
      const dayMs = settings.webhooks.maxAgeSeconds * 1000;
      await endpoints.updateHealth(endpoint, { failures: 20, pausedUntil: noon + 9 * dayMs });
      expect(await deliverAll([message], { now: noon + dayMs, sentAt: noon })).toEqual([0]);
      const sent: string[] = [];
      const send = (command: Parameters<Database['send']>[0]) => {
        sent.push(command.constructor.name);
        return database.db.send(command);
      };
      const expired = { now: noon + dayMs + 1, sentAt: noon };
      expect(await deliverAll([message], { ...expired, db: failingAt(1) })).toEqual([0]);
      expect(await deliverAll([message], { ...expired, db: { send } as Database })).toEqual([]);
      // Each costs one read and one write.
      expect(sent).toEqual(['BatchGetCommand', 'TransactWriteCommand']);
      expect(await deliverAll([message], expired)).toEqual([]);
      expect(await recorded(endpoint)).toMatchObject([{ state: 'dead', reason: 'not-accepted-in-time', tries }]);
      expect(await publishedDead(message.eventId)).toEqual([['not-accepted-in-time', tries]]);
      const replayed = { ...message, round: 1 };
      expect(await deliverAll([replayed], { now: noon + 3 * dayMs, sentAt: noon + 2 * dayMs })).toEqual([0]);
      expect(await deliverAll([replayed], { now: noon + 3 * dayMs + 1, sentAt: noon + 2 * dayMs })).toEqual([]);
      expect(await recorded(endpoint)).toMatchObject([{ state: 'dead', round: 1, tries: 0 }]);
      expect(receiver.received).toHaveLength(tries);
    },
  );

  test.each<[string, Health]>([
    ['failed the last time', { failures: 1 }],
    ['failed often', { failures: 9, pausedUntil: noon - 1 }],
    ['was slow the last time', { failures: 0, isSlow: true }],
    ['was slow and paused', { failures: 0, isSlow: true, pausedUntil: noon - 1 }],
    ['is stored by an earlier version', { failures: 2, pausedUntil: 0 }],
  ])('of an endpoint that %s is attempted alone; the others wait for their turn', async (_what, health) => {
    const { receiver, endpoint, message, next } = await aDelivery();
    await endpoints.updateHealth(endpoint, health);
    const others = await Promise.all(Array.from({ length: 9 }, next));
    expect(await deliverAll([message, ...others], { now: noon })).toHaveLength(9);
    expect(receiver.received).toHaveLength(1);
    // It accepted the event: the rest is delivered together.
    expect(await deliverAll([message, ...others], { now: noon })).toEqual([]);
    expect(receiver.received).toHaveLength(10);
    expect(await endpoints.read(endpoint)).toMatchObject({ failures: 0 });
  });

  test('of a claim that crashed is attempted when the claim ends', async () => {
    const { receiver, endpoint, message } = await aDelivery();
    await endpoints.updateHealth(endpoint, { failures: 1 });
    expect(await deliverAll([message], { now: noon, db: failingAt(1) })).toEqual([0]);
    expect(await deliverAll([message], { now: noon + 1000 })).toEqual([0]);
    expect(await deliverAll([message], { now: noon + 13_000 })).toEqual([]);
    expect(receiver.received).toHaveLength(2);
  });

  test('to an endpoint that only failed for three days disables it with a notice, and can be replayed', async () => {
    const { endpoint, message, next } = await aDelivery(() => ({ status: 503 }));
    const since = noon - settings.webhooks.disableAfterSeconds * 1000;
    await endpoints.updateHealth(endpoint, { failures: 40, failingSince: since, lastFailure: 'timeout' });
    expect(await deliverAll([message], { now: noon, db: failingAt(1) })).toEqual([0]);
    expect(await endpoints.read(endpoint)).toMatchObject({ status: 'active' });
    expect(await deliverAll([message], { now: noon + 13_000 })).toEqual([0]);
    expect(await endpoints.read(endpoint)).toMatchObject({
      status: 'disabled',
      reason: 'failing',
      disabledAt: new Date(noon + 13_000).toISOString(),
      failingSince: since,
    });
    expect(await deliverAll([message, await next()], { now: noon + 60_000 })).toEqual([]);
    expect((await recorded(endpoint)).map(({ state, reason }) => [state, reason])).toEqual([
      ['dead', 'endpoint-disabled'],
      ['dead', 'endpoint-disabled'],
    ]);
    const events = await eventsOf(database.db, tables.WEBHOOK_TABLE_NAME, 'CHANNEL#storefront');
    const notices = events.filter(
      ({ detailType, detail }) =>
        detailType === 'WebhookEndpointDisabled' && detail.data['endpointId'] === endpoint.endpointId,
    );
    expect(notices.map(({ detail }) => detail.data)).toMatchObject([
      { reason: 'failing', failingSince: new Date(since).toISOString(), lastFailure: 'timeout' },
    ]);
  });

  test.each<HostileBehaviour>([
    'switches protocols',
    'never answers',
    'sends a body without end',
    'closes without an answer',
    'sends huge headers',
  ])('to a receiver that %s is a recorded failure and delays no other delivery', async (behaviour) => {
    const hostile = await startHostileReceiver(behaviour);
    onTestFinished(() => hostile.stop());
    const { endpoint: good, message } = await aDelivery();
    const bad = await anEndpoint(endpoints, hostile.url);
    expect(await deliverAll([{ ...message, endpointId: bad.endpointId }, message], { now: noon })).toEqual([0]);
    expect(await recorded(good)).toMatchObject([{ state: 'delivered' }]);
    expect(await recorded(bad)).toMatchObject([{ state: 'pending', tries: 1, attempts: [{}] }]);
    expect(await endpoints.read(bad)).toMatchObject({ failures: 1, failingSince: noon });
  });

  test('is signed with both secrets after a rotation', async () => {
    const now = Date.now();
    const { receiver, endpoint, message } = await aDelivery();
    const secret = 'whsec_bmV3';
    const previousSecrets = [
      { secret: endpoint.secret, expiresAt: now + 1000 },
      { secret: 'whsec_b2xk', expiresAt: now },
    ];
    await endpoints.write({ ...endpoint, secret, previousSecrets, version: 2 }, aCause());
    expect(await deliverAll([message], { now })).toEqual([]);
    const [received] = receiver.received;
    const signed = ['whsec_bmV3', endpoint.secret, 'whsec_b2xk'].map(
      (each) => received && isSignedWith(each, received),
    );
    expect(signed).toEqual([true, true, false]);
  });

  describe('of an endpoint that is not verified', () => {
    const isChallenge = ({ json }: Received) => json.type === 'WebhookEndpointVerification';
    const unverified = async (behave: Parameters<typeof startReceiver>[0]) => {
      const given = await aDelivery(behave);
      await endpoints.write({ ...given.endpoint, isUnverified: true, version: 2 }, aCause());
      return given;
    };

    test.each<[string, (challenge: string) => string]>([
      ['JSON with the challenge', (challenge) => JSON.stringify({ challenge })],
      ['JSON with the challenge and more', (challenge) => JSON.stringify({ ok: true, challenge })],
      ['the challenge as text', (challenge) => `${challenge}\n`],
    ])('follows its challenge, which it answers with %s', async (_what, answer) => {
      const { receiver, endpoint, message, next } = await unverified((received) => ({
        status: 200,
        body: answer(String(received.json.data.challenge)),
      }));
      const others = [await next(), await next()];
      const now = Date.now();
      expect(await deliverAll([message, ...others], { now })).toEqual([0, 1, 2]);
      const [challenge, ...more] = receiver.received;
      expect(more).toEqual([]);
      expect(challenge && [isChallenge(challenge), isSignedWith(endpoint.secret, challenge)]).toEqual([true, true]);
      expect(await deliverAll([message, ...others], { now })).toEqual([]);
      expect(receiver.received.map(isChallenge)).toEqual([true, false, false, false]);
      expect(await endpoints.read(endpoint)).toMatchObject({ status: 'active', version: 3, failures: 0 });
    });

    test.each<[string, { status: number; body?: (received: Received) => string }, object]>([
      ['nothing', { status: 204 }, { status: 204, error: 'challenge-not-echoed' }],
      ['another challenge', { status: 200, body: () => '{"challenge":"guess"}' }, { error: 'challenge-not-echoed' }],
      ['the whole request', { status: 200, body: ({ body }) => body }, { error: 'challenge-not-echoed' }],
      ['a page', { status: 200, body: () => '<html>Welcome</html>' }, { error: 'challenge-not-echoed' }],
      ['JSON null', { status: 200, body: () => 'null' }, { error: 'challenge-not-echoed' }],
      ['a redirect', { status: 307 }, { status: 307 }],
      ['not found', { status: 404, body: ({ json }) => String(json.data.challenge) }, { status: 404 }],
    ])('has no event sent when it answers the challenge with %s', async (_what, { status, body }, expected) => {
      const { receiver, endpoint, message } = await unverified((received) => ({
        status,
        ...(body && { body: body(received) }),
      }));
      expect(await deliverAll([message], { now: noon })).toEqual([0]);
      expect(await deliverAll([message], { now: noon + 60_000 })).toEqual([0]);
      expect(receiver.received.map(isChallenge)).toEqual([true, true]);
      expect(await recorded(endpoint)).toMatchObject([{ state: 'pending', tries: 2, attempts: [expected, expected] }]);
      expect(await endpoints.read(endpoint)).toMatchObject({ isUnverified: true, failures: 2 });
    });
  });

  test('with status 410 disables its endpoint, and later deliveries are dead without an attempt', async () => {
    const { receiver, endpoint, message, next } = await aDelivery(() => ({ status: 410 }));
    expect(await deliverAll([message])).toEqual([]);
    expect(await endpoints.read(endpoint)).toMatchObject({ status: 'disabled', reason: 'gone', version: 2 });
    expect(await deliverAll([await next()])).toEqual([]);
    expect(receiver.received).toHaveLength(1);
    const reasons = (await recorded(endpoint)).map(({ state, reason }) => [state, reason]);
    expect(reasons).toEqual([
      ['dead', 'gone'],
      ['dead', 'endpoint-disabled'],
    ]);
  });
});
