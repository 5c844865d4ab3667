import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { afterAttempt, nextStep, retryDelaySeconds } from '../../../functions/channel-webhooks/deliveries/decide.ts';
import type { Delivery, ReceivedMessage } from '../../../functions/channel-webhooks/deliveries/delivery.ts';
import { type Endpoint, isSubscribed } from '../../../functions/channel-webhooks/endpoints/endpoint.ts';
import { store } from '../../../infra/store.ts';
import { noon } from '../../support/builders.ts';

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
  test('is posted when neither the delivery nor the endpoint has to wait', () => {
    expect(nextStep(message, anEndpoint(), undefined, noon, store.webhooks).kind).toBe('post');
    expect(
      nextStep(message, anEndpoint({ pausedUntil: noon }), aDelivery({ nextAttemptAt: noon }), noon, store.webhooks)
        .kind,
    ).toBe('post');
  });
  test.each([
    ['its endpoint is deleted', undefined, undefined],
    ['it is delivered', anEndpoint(), aDelivery({ state: 'delivered' })],
    ['it is dead', anEndpoint(), aDelivery({ state: 'dead' })],
    ['a replay replaced it', anEndpoint(), aDelivery({ round: 1 })],
  ])('is dropped when %s', (_when, endpoint, delivery) => {
    expect(nextStep(message, endpoint, delivery, noon, store.webhooks)).toEqual({ kind: 'drop' });
  });
  test('of a replay is posted whatever the state of the previous round', () => {
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
  test('waits for its next attempt and for the end of its endpoint’s pause', () => {
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
  describe('for an endpoint that stays paused', () => {
    const day = 86_400_000;
    const paused = (now: number) => anEndpoint({ failures: 20, pausedUntil: now + 300_000 });
    test.each([
      ['never posted', undefined, 0],
      ['posted before', aDelivery({ nextAttemptAt: noon + 5000 }), 1],
    ])('is dead after a day without an attempt: %s', (_what, delivery, tries) => {
      expect(nextStep(message, paused(noon + day), delivery, noon + day, store.webhooks).kind).toBe('wait');
      expect(nextStep(message, paused(noon + day), delivery, noon + day + 1, store.webhooks)).toMatchObject({
        kind: 'dead',
        delivery: { state: 'dead', reason: 'not-accepted-in-time', tries, startedAt: noon, revision: tries + 1 },
      });
      // The same if the pause of the endpoint has just ended.
      const pauseEnded = anEndpoint({ failures: 20, pausedUntil: noon });
      expect(nextStep(message, pauseEnded, delivery, noon + day + 1, store.webhooks).kind).toBe('dead');
    });
    test.each([
      ['for 5 minutes each time', 300_000],
      ['by another attempt each time', 12_000],
      ['for a moment each time', 1],
    ])('%s, is received at most 400 times in that day', (_how, pauseMs) => {
      let receives = 1;
      let now = noon;
      for (; receives < 1000; receives += 1) {
        const endpoint = anEndpoint({ failures: 20, pausedUntil: now + pauseMs });
        const step = nextStep(message, endpoint, undefined, now, store.webhooks);
        if (step.kind !== 'wait') break;
        now += step.seconds * 1000;
      }
      expect(receives).toBeLessThan(400);
    });
    test('of a replay has a day of its own, however old the event and the previous round', () => {
      const replayed = { ...message, round: 1, startedAt: noon + 3 * day };
      const old = aDelivery({ state: 'dead' });
      const stepAt = (now: number) => nextStep(replayed, paused(now), old, now, store.webhooks);
      expect(stepAt(noon + 4 * day).kind).toBe('wait');
      expect(stepAt(noon + 4 * day + 1)).toMatchObject({ kind: 'dead', delivery: { round: 1, tries: 0, revision: 2 } });
    });
  });
  test('that waited in our backlog for over a day is posted to a healthy endpoint', () => {
    const late = noon + 2 * 86_400_000;
    expect(nextStep(message, anEndpoint(), undefined, late, store.webhooks).kind).toBe('post');
    const { delivery } = afterAttempt(message, undefined, attempt({ status: 500 }), late, 0, store.webhooks);
    expect(delivery).toMatchObject({ state: 'dead', reason: 'not-accepted-in-time', tries: 1 });
  });
  test.each([
    ['is posted to an endpoint with one failure that never got it', 1, undefined, 'post'],
    ['is posted to an endpoint that is not paused yet and never got it', 2, undefined, 'post'],
    ['is dead for a paused endpoint that never got it', 3, undefined, 'dead'],
    ['is dead for a failing endpoint that got it before', 1, aDelivery(), 'dead'],
    ['is posted to a healthy endpoint that got it before', 0, aDelivery(), 'post'],
  ] as const)('%s, past its maximum age', (_name, failures, delivery, kind) => {
    const late = noon + 86_400_001;
    expect(nextStep(message, anEndpoint({ failures }), delivery, late, store.webhooks).kind).toBe(kind);
  });
  test.each([
    ['the running attempt of another message', { failures: 1 }, undefined],
    ['the running attempt of another message, after its own', { failures: 0 }, aDelivery()],
    ['a pause after two failures', { failures: 2 }, undefined],
    ['the running challenge', { failures: 0, isUnverified: true }, undefined],
    ['the challenge that failed twice', { failures: 2, isUnverified: true }, undefined],
  ] as const)('past its maximum age waits for %s', (_what, given, delivery) => {
    const late = noon + 86_400_001;
    const busy = anEndpoint({ ...given, pausedUntil: late + 1 });
    expect(nextStep(message, busy, delivery, late, store.webhooks).kind).toBe('wait');
    expect(nextStep(message, busy, delivery, late + 1, store.webhooks).kind).toBe('post');
  });
  test('for a disabled endpoint is dead at once', () => {
    expect(nextStep(message, anEndpoint({ status: 'disabled' }), undefined, noon, store.webhooks)).toMatchObject({
      kind: 'dead',
      delivery: { state: 'dead', reason: 'endpoint-disabled', tries: 0, revision: 1 },
    });
  });
});

describe('an attempt', () => {
  test.each([200, 204, 299])('with status %i is delivered', (status) => {
    const outcome = afterAttempt(message, undefined, attempt({ status }), noon, 0, store.webhooks);
    expect(outcome).toMatchObject({ endpoint: 'healthy', delivery: { state: 'delivered', revision: 1 } });
    expect(outcome).not.toHaveProperty('retrySeconds');
  });
  test.each([
    { status: 302 },
    { status: 400 },
    { status: 503 },
    { error: 'timeout' },
    { status: 200, error: 'answer-too-large' },
  ])('with %o is retried', (result) => {
    const outcome = afterAttempt(message, undefined, attempt(result), noon, 0.5, store.webhooks);
    expect(outcome).toMatchObject({ endpoint: 'failing', delivery: { state: 'pending', nextAttemptAt: noon + 3750 } });
  });
  test('with status 410 is the last one of its endpoint', () => {
    const outcome = afterAttempt(message, undefined, attempt({ status: 410 }), noon, 0, store.webhooks);
    expect(outcome).toMatchObject({ endpoint: 'gone', delivery: { state: 'dead', reason: 'gone' } });
  });
  test('is retried 9 to 20 times with growing delays, the last one within a day', () => {
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
  test('is followed by a delay between half and all of the longest one for its number', () => {
    expect([1, 2, 3, 9].map((tries) => retryDelaySeconds(tries, 0, store.webhooks))).toEqual([2.5, 10, 40, 7200]);
    expect(retryDelaySeconds(2, 0.999, store.webhooks)).toBeLessThan(20);
  });
});

test('an endpoint receives every event type unless it names some', () => {
  expect(isSubscribed({}, 'OrderPlaced')).toBe(true);
  expect(isSubscribed({ eventTypes: ['OrderCancelled'] }, 'OrderPlaced')).toBe(false);
});
