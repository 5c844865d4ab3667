import { describe, expect, test } from 'vitest';
import { isBeforeLaunch, type Publication, stateAt } from '../../../shared/catalog/publication.ts';
import { isOnSale, notSold } from '../../../shared/catalog/sku-item.ts';
import { aSku } from '../../support/builders.ts';

const launch = '2026-12-01T09:00:00.000Z';
const withdrawal = '2026-12-24T18:00:00.000Z';
const window: Publication = { status: 'published', publishedFrom: launch, publishedUntil: withdrawal };
const at = (instant: string, offsetMs = 0) => Date.parse(instant) + offsetMs;

describe('a product', () => {
  test.each<[string, Publication, number, string]>([
    ['is a draft whatever its times are', { ...window, status: 'draft' }, at(launch), 'draft'],
    ['is archived whatever its times are', { ...window, status: 'archived' }, at(launch), 'archived'],
    ['is on sale without times', { status: 'published' }, 0, 'published'],
    ['is scheduled until the last millisecond before its launch', window, at(launch, -1), 'scheduled'],
    ['is on sale from the instant of its launch', window, at(launch), 'published'],
    ['is on sale until the last millisecond before its withdrawal', window, at(withdrawal, -1), 'published'],
    ['is withdrawn from the instant of its withdrawal', window, at(withdrawal), 'withdrawn'],
    [
      'without a withdrawal stays on sale',
      { status: 'published', publishedFrom: launch },
      at('2099-01-01'),
      'published',
    ],
    ['without a launch is on sale at once', { status: 'published', publishedUntil: withdrawal }, 0, 'published'],
    [
      'with an offset has the same instants',
      { ...window, publishedFrom: '2026-12-01T10:00:00+01:00' },
      at(launch),
      'published',
    ],
  ])('%s', (_name, publication, now, state) => {
    expect(stateAt(publication, now)).toBe(state);
    const sku = aSku({ product: { productId: 'p', ...publication } });
    expect(isOnSale(sku, now)).toBe(state === 'published');
    expect(isOnSale({ ...sku, active: false }, now)).toBe(false);
    expect(notSold(sku, 'MUG', 'GBP', now)?.type).toBe(state === 'published' ? undefined : 'inactive-sku');
    expect(isBeforeLaunch(publication, now)).toBe(['draft', 'scheduled'].includes(state));
  });
});

test('a SKU without a product is on sale while it is active', () => {
  expect(isOnSale(aSku(), 0)).toBe(true);
  expect(isOnSale(aSku({ active: false }), 0)).toBe(false);
});
