import { describe, expect, test } from 'vitest';
import { announce, scheduleAnnouncements } from '../../../functions/catalog/announcements/announce.ts';
import { createAnnouncementStore } from '../../../functions/catalog/announcements/announcement-store.ts';
import {
  type Announcement,
  announced,
  type ScheduledProduct,
  scheduleChange,
  scheduleNameOf,
} from '../../../functions/catalog/announcements/announcements.ts';
import { createProductStore } from '../../../functions/catalog/products/product-store.ts';
import { saveProduct } from '../../../functions/catalog/products/product-api.ts';
import { aCause, noon } from '../../support/builders.ts';
import { databaseForAll, tables } from '../../support/database/dynamodb.ts';
import { eventsOf } from '../../support/database/outbox.ts';
import { aProduct } from '../products/product-builders.ts';

const changedAt = '2026-03-05T12:00:00.000Z';
const launch = '2026-03-06T09:00:00.000Z';
const withdrawal = '2026-03-07T09:00:00.000Z';
const aScheduled = (given: Partial<ScheduledProduct> = {}): ScheduledProduct => ({
  productId: 'kite',
  title: 'A kite',
  variants: [{ sku: 'KITE', attributes: [] }],
  status: 'published',
  publishedFrom: launch,
  publishedUntil: withdrawal,
  version: 1,
  changedAt,
  ...given,
});

describe('the schedules of a product', () => {
  test.each<[string, Partial<ScheduledProduct>, string, string]>([
    ['are put for both times', {}, 'put', 'put'],
    ['are removed for a draft', { status: 'draft' }, 'remove', 'remove'],
    ['are removed when it is archived', { status: 'archived' }, 'remove', 'remove'],
    ['are removed without times', { publishedFrom: undefined, publishedUntil: undefined }, 'remove', 'remove'],
    ['are kept for a launch before the change', { publishedFrom: '2026-03-05T11:59:59.999Z' }, 'keep', 'put'],
    ['are kept for a launch at the change', { publishedFrom: changedAt }, 'keep', 'put'],
    ['are kept for both times before the change', { changedAt: '2026-04-01T00:00:00.000Z' }, 'keep', 'keep'],
  ])('%s', (_name, given, launched, withdrawn) => {
    expect(scheduleChange(aScheduled(given), 'launched').kind).toBe(launched);
    expect(scheduleChange(aScheduled(given), 'withdrawn').kind).toBe(withdrawn);
  });

  test.each(['kite', 'a~b', 'x'.repeat(128)])('have a name that the scheduler accepts for %s', (productId) => {
    expect(scheduleNameOf(productId, 'withdrawn')).toMatch(/^[0-9a-zA-Z._-]{1,64}$/);
  });

  test('are deleted again if the product is archived while they are created', async () => {
    const schedules = new Set<string>();
    let product = aScheduled();
    await scheduleAnnouncements(
      { product: async () => product },
      {
        put: async ({ name }) => {
          if (product.status === 'published') {
            // The event of the change is handled before this schedule is created.
            product = aScheduled({ status: 'archived', version: 2 });
            schedules.clear();
          }
          schedules.add(name);
        },
        remove: async (name) => void schedules.delete(name),
      },
    )('kite', () => noon);
    expect([...schedules]).toEqual([]);
  });
});

describe('an announcement', () => {
  const of = (given: Partial<Announcement> = {}): Announcement => ({
    productId: 'kite',
    kind: 'launched',
    at: launch,
    ...given,
  });

  test('has the SKUs of the product and the version that it had', () => {
    expect(announced(aScheduled(), of())?.data).toMatchObject({ skus: ['KITE'], at: launch, version: 1 });
    expect(announced(aScheduled(), of({ kind: 'withdrawn', at: withdrawal }))?.definition.detailType).toBe(
      'ProductWithdrawn',
    );
  });

  test.each<[string, Partial<ScheduledProduct>, Partial<Announcement>]>([
    ['of a time that moved', { publishedFrom: '2026-03-06T10:00:00.000Z' }, {}],
    ['of a time that was removed', { publishedFrom: undefined }, {}],
    ['of a product that is a draft again', { status: 'draft' }, {}],
    ['of a product that was archived', { status: 'archived' }, { kind: 'withdrawn', at: withdrawal }],
    ['of the other kind', {}, { kind: 'withdrawn', at: launch }],
  ])('%s is nothing', (_name, given, announcement) => {
    expect(announced(aScheduled(given), of(announcement))).toBeUndefined();
  });
});

describe('a launch whose time has come', () => {
  const database = databaseForAll();
  const put = (productId: string, launchAt: string, now = noon) =>
    saveProduct(createProductStore(database.db, tables), 'UTC')(
      productId,
      aProduct({ status: 'published', launchAt }),
      undefined,
      aCause({ now }),
    );
  const publish = announce(createAnnouncementStore(database.db, tables));
  const cause = aCause({ now: Date.parse(launch) + 60_000 });
  const events = async (productId: string) =>
    (await eventsOf(database.db, tables.CATALOG_TABLE_NAME, `PRODUCT#${productId}`)).filter(
      ({ detailType }) => detailType === 'ProductLaunched',
    );

  test('is announced once by concurrent and repeated deliveries, at its time', async () => {
    await put('kite', '2026-03-06T09:00');
    const announcement: Announcement = { productId: 'kite', kind: 'launched', at: launch };
    const results = await Promise.all(Array.from({ length: 5 }, () => publish(announcement, cause)));
    expect(results.toSorted()).toEqual([
      'already-announced',
      'already-announced',
      'already-announced',
      'already-announced',
      'announced',
    ]);
    expect(await publish(announcement, cause)).toBe('already-announced');
    expect(await events('kite')).toMatchObject([
      { detail: { metadata: { occurredAt: launch }, data: { at: launch } } },
    ]);
  });

  test('is nothing after it moved, or for a product that does not exist', async () => {
    await put('ball', '2026-03-06T09:00');
    await put('ball', '2026-03-06T10:00');
    expect(await publish({ productId: 'ball', kind: 'launched', at: launch }, cause)).toBe('outdated');
    expect(await publish({ productId: 'none', kind: 'launched', at: launch }, cause)).toBe('outdated');
    expect(await events('ball')).toEqual([]);
  });
});
