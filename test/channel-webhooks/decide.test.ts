import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  afterAttempt,
  backoffSeconds,
  nextStep,
  pauseSeconds,
  wants,
} from '../../functions/channel-webhooks/decide.ts';
import type { Delivery, ReceivedMessage } from '../../functions/channel-webhooks/delivery.ts';
import type { Endpoint } from '../../functions/channel-webhooks/endpoint.ts';
import { store } from '../../infra/store.ts';
import { noon } from '../support/builders.ts';

const message: ReceivedMessage = {
  channel: 'storefront',
  endpointId: 'shop',
  eventId: '01JZ0000000000000000000001',
  eventType: 'OrderPlaced',
  orderId: 'ord_00000000000000000000000000',
  round: 0,
  startedAt: noon,
};
const anEndpoint = (given: Partial<Endpoint> = {}): Endpoint => ({
  channel: 'storefront',
  endpointId: 'shop',
  url: 'https://shop.example.com/',
  secret: 'whsec_c2VjcmV0',
  status: 'active',
  createdAt: '2026-03-05T12:00:00.000Z',
  version: 1,
  failures: 0,
  ...given,
});
const aDelivery = (given: Partial<Delivery> = {}): Delivery => ({
  ...message,
  state: 'pending',
  tries: 1,
  attempts: [],
  revision: 1,
  ...given,
});
const attempt = (given: { status?: number; error?: string }) => ({
  at: '2026-03-05T12:00:01.000Z',
  milliseconds: 5,
  ...given,
});

describe('a message', () => {
  test('is posted when nothing stands against it', () => {
    expect(nextStep(message, anEndpoint(), undefined, noon, store.webhooks).kind).toBe('post');
    expect(
      nextStep(message, anEndpoint({ pausedUntil: noon }), aDelivery({ nextAttemptAt: noon }), noon, store.webhooks)
        .kind,
    ).toBe('post');
  });
  test.each([
    ['its endpoint is deleted', undefined, undefined],
    ['it is delivered', anEndpoint(), aDelivery({ state: 'delivered' })],
    ['it is a dead letter', anEndpoint(), aDelivery({ state: 'dead' })],
    ['a replay took its place', anEndpoint(), aDelivery({ round: 1 })],
  ])('is dropped when %s', (_when, endpoint, delivery) => {
    expect(nextStep(message, endpoint, delivery, noon, store.webhooks)).toEqual({ kind: 'drop' });
  });
  test('of a replay starts anew, whatever became of the round before', () => {
    for (const state of ['pending', 'delivered', 'dead'] as const) {
      const old = aDelivery({ state, nextAttemptAt: noon + 60_000, startedAt: 0 });
      expect(nextStep({ ...message, round: 1 }, anEndpoint(), old, noon, store.webhooks).kind).toBe('post');
      const { delivery } = afterAttempt(
        { ...message, round: 1 },
        old,
        attempt({ status: 500 }),
        noon,
        0,
        store.webhooks,
      );
      expect(delivery).toMatchObject({ round: 1, state: 'pending', startedAt: noon, tries: 1, revision: 2 });
    }
  });
  test('waits for its own time and for the end of its endpoint’s pause', () => {
    expect(nextStep(message, anEndpoint(), aDelivery({ nextAttemptAt: noon + 1500 }), noon, store.webhooks)).toEqual({
      kind: 'wait',
      seconds: 2,
    });
    const paused = anEndpoint({ pausedUntil: noon + 9000 });
    expect(nextStep(message, paused, aDelivery({ nextAttemptAt: noon + 1500 }), noon, store.webhooks)).toEqual({
      kind: 'wait',
      seconds: 9,
    });
  });
  describe('for an endpoint that is left alone all the time', () => {
    const day = 86_400_000;
    const dead = (now: number) => anEndpoint({ failures: 20, pausedUntil: now + 300_000 });
    test.each([
      ['never posted', undefined, 0],
      ['posted before', aDelivery({ nextAttemptAt: noon + 5000 }), 1],
    ])('%s: is given up when its day is over, unposted', (_what, delivery, tries) => {
      expect(nextStep(message, dead(noon + day), delivery, noon + day, store.webhooks).kind).toBe('wait');
      expect(nextStep(message, dead(noon + day), delivery, noon + day + 1, store.webhooks)).toMatchObject({
        kind: 'park',
        delivery: { state: 'dead', reason: 'not-accepted-in-time', tries, startedAt: noon, revision: tries + 1 },
      });
      // Nor is it posted to, when its pause has just ended.
      const resting = anEndpoint({ failures: 20, pausedUntil: noon });
      expect(nextStep(message, resting, delivery, noon + day + 1, store.webhooks).kind).toBe('park');
    });
    test('comes some 300 times until then', () => {
      let receives = 1;
      let now = noon;
      for (; receives < 1000; receives += 1) {
        const step = nextStep(message, dead(now), undefined, now, store.webhooks);
        if (step.kind !== 'wait') break;
        now += step.seconds * 1000;
      }
      expect(receives).toBeGreaterThan(280);
      expect(receives).toBeLessThan(320);
    });
    test('of a replay has its own day, however old the event and the round before', () => {
      const replayed = { ...message, round: 1, startedAt: noon + 3 * day };
      const old = aDelivery({ state: 'dead' });
      const stepAt = (now: number) => nextStep(replayed, dead(now), old, now, store.webhooks);
      expect(stepAt(noon + 4 * day).kind).toBe('wait');
      expect(stepAt(noon + 4 * day + 1)).toMatchObject({ kind: 'park', delivery: { round: 1, tries: 0, revision: 2 } });
    });
  });
  test('that we kept waiting for over a day is posted where the endpoint is well', () => {
    const late = noon + 2 * 86_400_000;
    expect(nextStep(message, anEndpoint(), undefined, late, store.webhooks).kind).toBe('post');
    const { delivery } = afterAttempt(message, undefined, attempt({ status: 500 }), late, 0, store.webhooks);
    expect(delivery).toMatchObject({ state: 'dead', reason: 'not-accepted-in-time', tries: 1 });
  });
  test.each([
    ['never posted, to an endpoint that failed a little', 1, undefined, 'post'],
    ['never posted, to one that is not left alone yet', 2, undefined, 'post'],
    ['never posted, to one that is left alone', 3, undefined, 'park'],
    ['posted before, to one that failed a little', 1, aDelivery(), 'park'],
    ['posted before, to one that is well', 0, aDelivery(), 'post'],
  ] as const)('whose day is over, %s: %i failures', (_what, failures, delivery, kind) => {
    const late = noon + 86_400_001;
    expect(nextStep(message, anEndpoint({ failures }), delivery, late, store.webhooks).kind).toBe(kind);
  });
  test('for a disabled endpoint is a dead letter at once', () => {
    expect(nextStep(message, anEndpoint({ status: 'disabled' }), undefined, noon, store.webhooks)).toMatchObject({
      kind: 'park',
      delivery: { state: 'dead', reason: 'endpoint-disabled', tries: 0, revision: 1 },
    });
  });
});

describe('an attempt', () => {
  test.each([200, 204, 299])('answered %i is delivered', (status) => {
    const outcome = afterAttempt(message, undefined, attempt({ status }), noon, 0, store.webhooks);
    expect(outcome).toMatchObject({ endpoint: 'well', delivery: { state: 'delivered', revision: 1 } });
    expect(outcome).not.toHaveProperty('retrySeconds');
  });
  test.each([
    { status: 302 },
    { status: 400 },
    { status: 503 },
    { error: 'timeout' },
    { status: 200, error: 'answer-too-large' },
  ])('that came to %o is made again', (came) => {
    const outcome = afterAttempt(message, undefined, attempt(came), noon, 0.5, store.webhooks);
    expect(outcome).toMatchObject({ endpoint: 'failing', delivery: { state: 'pending', nextAttemptAt: noon + 3750 } });
  });
  test('answered 410 ends it for the endpoint', () => {
    const outcome = afterAttempt(message, undefined, attempt({ status: 410 }), noon, 0, store.webhooks);
    expect(outcome).toMatchObject({ endpoint: 'gone', delivery: { state: 'dead', reason: 'gone' } });
  });
  test('is repeated for a day: 9 to 20 times, ever more rarely, the last within the day', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 30, maxLength: 30 }),
        (randoms) => {
          let now = noon;
          let delivery: Delivery | undefined;
          for (const random of randoms) {
            const outcome = afterAttempt(message, delivery, attempt({ status: 500 }), now, random, store.webhooks);
            ({ delivery } = outcome);
            if (delivery.state === 'dead') break;
            now = delivery.nextAttemptAt ?? 0;
          }
          expect(delivery).toMatchObject({ state: 'dead', reason: 'not-accepted-in-time' });
          expect(now - noon).toBeLessThanOrEqual(86_400_000);
          expect(delivery?.tries).toBeGreaterThanOrEqual(9);
          expect(delivery?.tries).toBeLessThanOrEqual(20);
        },
      ),
    );
  });
  test('pauses between half and the whole of what its number has', () => {
    expect([1, 2, 3, 9].map((tries) => backoffSeconds(tries, 0, store.webhooks))).toEqual([2.5, 10, 40, 7200]);
    expect(backoffSeconds(2, 0.999, store.webhooks)).toBeLessThan(20);
  });
});

test('an endpoint is left alone from its third failure in a row on, for up to 5 minutes', () => {
  expect([0, 1, 2, 3, 4, 20].map(pauseSeconds)).toEqual([0, 0, 0, 1, 2, 300]);
});

test('an endpoint wants every event unless it names some', () => {
  expect(wants({}, 'OrderPlaced')).toBe(true);
  expect(wants({ eventTypes: ['OrderCancelled'] }, 'OrderPlaced')).toBe(false);
});
