import { describe, expect, test } from 'vitest';
import {
  type Health,
  healthAfter,
  isLimited,
  pauseSeconds,
} from '../../../functions/channel-webhooks/endpoints/health.ts';
import { store } from '../../../infra/store.ts';
import { noon } from '../../support/builders.ts';

const day = 86_400_000;
const attempt = (given: { status?: number; error?: string; milliseconds?: number } = {}) => ({
  at: '2026-03-05T12:00:00.000Z',
  milliseconds: 20,
  ...given,
});
const after = (health: Health, result: 'healthy' | 'failing' | 'gone', given: Parameters<typeof attempt>[0] = {}) =>
  healthAfter(health, result, attempt(given), noon, store.webhooks);

test('an endpoint is paused from its third consecutive failure, for up to 5 minutes', () => {
  expect([0, 1, 2, 3, 4, 20].map(pauseSeconds)).toEqual([0, 0, 0, 1, 2, 300]);
});

describe('an endpoint', () => {
  test.each<[string, Health, boolean]>([
    ['that never failed', { failures: 0 }, false],
    ['that failed the last time', { failures: 1 }, true],
    ['that answered slowly the last time', { failures: 0, isSlow: true }, true],
  ])('%s gets one attempt at a time: %o %s', (_what, health, expected) => {
    expect(isLimited(health)).toBe(expected);
  });

  test('that accepts events quickly is not written', () => {
    expect(after({ failures: 0 }, 'healthy')).toEqual({ kind: 'none' });
  });

  test.each<[string, Health]>([
    ['failed before', { failures: 7, failingSince: noon - 9 * day, lastFailure: 'timeout', pausedUntil: noon }],
    ['was slow before', { failures: 0, isSlow: true, pausedUntil: noon }],
  ])('that %s is healthy after one quick success', (_what, health) => {
    expect(after(health, 'healthy')).toEqual({ kind: 'update', health: { failures: 0 } });
  });

  test('that accepts an event slowly rests for twice as long', () => {
    const health = { failures: 0, isSlow: true, pausedUntil: noon + 18_000 };
    expect(after({ failures: 3 }, 'healthy', { milliseconds: 9000 })).toEqual({ kind: 'update', health });
  });

  test.each([
    [{ status: 500 }, 'status 500'],
    [{ error: 'timeout' }, 'timeout'],
    [{ status: 101, error: 'upgrade-refused' }, 'upgrade-refused'],
  ])('that fails with %o shows why and since when', (given, lastFailure) => {
    const first = after({ failures: 0 }, 'failing', given);
    expect(first).toMatchObject({ kind: 'update', health: { failures: 1, failingSince: noon, lastFailure } });
    const later = after({ failures: 1, failingSince: noon - day, lastFailure: 'old' }, 'failing', given);
    expect(later).toMatchObject({ kind: 'update', health: { failures: 2, failingSince: noon - day, lastFailure } });
  });

  test.each<[string, Health, boolean]>([
    ['only failed for three days', { failures: 60, failingSince: noon - 3 * day }, true],
    ['only failed for a month', { failures: 9, failingSince: noon - 30 * day }, true],
    ['failed for less than three days', { failures: 600, failingSince: noon - 3 * day + 1 }, false],
    ['had few events in three days', { failures: 8, failingSince: noon - 30 * day }, false],
    ['failed before the store recorded since when', { failures: 600 }, false],
  ])('that %s and fails again is disabled: %o %s', (_what, health, isDisabled) => {
    expect(after(health, 'failing', { status: 500 }).kind).toBe(isDisabled ? 'disable' : 'update');
    expect(after(health, 'healthy').kind).toBe('update');
  });

  test('that is gone is disabled at once', () => {
    expect(after({ failures: 0 }, 'gone')).toEqual({ kind: 'disable', reason: 'gone' });
  });
});
