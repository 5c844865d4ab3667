import { DeleteCommand, GetCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, test } from 'vitest';
import '../../support/environment.ts';
import {
  announce,
  announceAndSchedule,
  sweepAnnouncements,
} from '../../../functions/promotion-scheduling/announcements/announce.ts';
import { createAnnouncementStore } from '../../../functions/promotion-scheduling/announcements/announcement-store.ts';
import {
  type Announced,
  announcementsDue,
  scheduleNameOf,
} from '../../../functions/promotion-scheduling/announcements/announcements.ts';
import type { PromotionRecord } from '../../../functions/promotion-scheduling/promotion/promotion-record.ts';
import { aCause, noon } from '../../support/builders.ts';
import { databaseForAll, tables } from '../../support/database/dynamodb.ts';
import { eventsOf } from '../../support/database/outbox.ts';
import { aContent, promotionRoutes, storeZone } from '../promotion-builders.ts';

const at = (text: string) => Date.parse(text);
const created = '2026-03-05T12:00:00.000Z';
const aRecord = (schedule: object, given: Partial<PromotionRecord> = {}): PromotionRecord => {
  const { draft: _draft, ...definition } = aContent({ schedule });
  return {
    promotionId: 'sale',
    version: 1,
    definition,
    status: 'approved',
    inForce: { definition, version: 1, approvedAt: created },
    authors: [],
    shards: 1,
    contentHash: '',
    createdBy: 'marketing',
    createdAt: created,
    changedBy: 'marketing',
    changedAt: created,
    ...given,
  };
};
const day = { start: '2026-03-06T09:00', end: '2026-03-07T09:00' };
const wednesdays = { rrule: 'FREQ=WEEKLY;BYDAY=WE', hours: { from: '17:00', to: '19:00' } };

/** What is announced at each of these times, one after the other. */
function timeline(record: PromotionRecord, times: string[]): string[] {
  let last: Announced | undefined;
  return times.map((time) => {
    const { due, next, isChanged } = announcementsDue(record, last, storeZone, at(time));
    if (isChanged) last = next;
    const events = due.map((each) => `${each.definition.detailType} ${new Date(each.at).toISOString().slice(0, 16)}`);
    return [...events, `due ${last?.dueAt?.slice(0, 16) ?? 'never'}`].join(', ');
  });
}

describe('the announcements of a promotion', () => {
  test('are its start and its end, at their times', () => {
    expect(
      timeline(aRecord(day), [
        '2026-03-05T12:00Z',
        '2026-03-06T09:00Z',
        '2026-03-06T09:00Z',
        '2026-03-07T09:00Z',
        '2026-03-08T00:00Z',
      ]),
    ).toEqual([
      'due 2026-03-06T09:00',
      'PromotionStarted 2026-03-06T09:00, due 2026-03-07T09:00',
      'due 2026-03-07T09:00',
      'PromotionEnded 2026-03-07T09:00, due never',
      'due never',
    ]);
  });

  test('of one that starts at once are its creation and its end', () => {
    expect(timeline(aRecord({ end: '2026-03-07T09:00' }), ['2026-03-05T12:00Z'])).toEqual([
      'PromotionStarted 2026-03-05T12:00, due 2026-03-07T09:00',
    ]);
  });

  test('that were missed are made up for at their times, in order', () => {
    // Also those before the first announcement, as when the event of its creation was late. It said 03-05T12:00 once.
    expect(timeline(aRecord(day), ['2026-03-06T10:00Z'])).toEqual([
      'PromotionStarted 2026-03-06T09:00, due 2026-03-07T09:00',
    ]);
    expect(timeline(aRecord(day), ['2026-03-09T00:00Z'])).toEqual([
      'PromotionStarted 2026-03-06T09:00, PromotionEnded 2026-03-07T09:00, due never',
    ]);
    expect(timeline(aRecord(day), ['2026-03-05T12:00Z', '2026-03-09T00:00Z'])[1]).toBe(
      'PromotionStarted 2026-03-06T09:00, PromotionEnded 2026-03-07T09:00, due never',
    );
    expect(timeline(aRecord(wednesdays), ['2026-03-05T12:00Z', '2026-03-18T18:00Z'])[1]).toBe(
      'PromotionStarted 2026-03-11T17:00, PromotionEnded 2026-03-11T19:00, PromotionStarted 2026-03-18T17:00, due 2026-03-18T19:00',
    );
  });

  test('of a recurring one follow each other, over the change to summer time', () => {
    const times = ['2026-03-25T00:00Z', '2026-03-25T17:00Z', '2026-03-25T19:00Z', '2026-04-01T16:00Z'];
    const record = aRecord(wednesdays, { changedAt: '2026-03-25T00:00:00.000Z' });
    expect(timeline(record, times)).toEqual([
      'due 2026-03-25T17:00',
      'PromotionStarted 2026-03-25T17:00, due 2026-03-25T19:00',
      'PromotionEnded 2026-03-25T19:00, due 2026-04-01T16:00',
      'PromotionStarted 2026-04-01T16:00, due 2026-04-01T18:00',
    ]);
  });

  test.each<[string, Partial<PromotionRecord>]>([
    ['paused', { paused: true }],
    ['ended early', { endedAt: '2026-03-06T10:00:00.000Z' }],
  ])('of one that is %s are its end at that time, and no other', (_name, given) => {
    const last = { version: 2, inForce: true, dueAt: '2026-03-07T09:00:00.000Z' };
    const record = aRecord(day, { ...given, changedAt: '2026-03-06T10:00:00.000Z' });
    const { due, next } = announcementsDue(record, last, storeZone, at('2026-03-06T10:00:01Z'));
    expect(due.map((each) => [each.definition.detailType, each.at])).toEqual([
      ['PromotionEnded', at('2026-03-06T10:00Z')],
    ]);
    expect(next).toEqual({ version: 3, inForce: false });
  });

  test.each<[string, Partial<PromotionRecord>]>([
    ['a draft', { status: 'draft', inForce: undefined }],
    ['one that waits for an approval', { status: 'pending-approval', inForce: undefined }],
    ['one that is paused before its start', { paused: true }],
    ['one that is ended before its start', { endedAt: created }],
  ])('of %s are none', (_name, given) => {
    expect(timeline(aRecord(day, given), ['2026-03-05T12:00Z', '2026-03-06T10:00Z'])).toEqual([
      'due never',
      'due never',
    ]);
  });

  test.each(['sale', 'a~b', 'x'.repeat(128)])('have a schedule whose name the scheduler accepts, for %s', (id) => {
    expect(scheduleNameOf(id)).toMatch(/^[0-9a-zA-Z._-]{1,64}$/);
  });
});

describe('a start whose time has come', () => {
  const { db } = databaseForAll();
  const { create, act, put } = promotionRoutes(db);
  const store = createAnnouncementStore(db, tables);
  const publish = announce(store, storeZone);
  const start = at('2026-03-06T09:00Z');
  const events = async (id: string) =>
    (await eventsOf(db, tables.PROMOTION_TABLE_NAME, `PROMOTION#${id}`))
      .filter(({ detailType }) => detailType !== 'PromotionChanged')
      .map(({ detailType, detail }) => [detailType, detail.metadata['occurredAt'], detail.data['version']]);
  const published = (name: string, time: string) => [name, new Date(at(time)).toISOString(), 1];

  test('is announced once by concurrent and repeated deliveries, with the version in force', async () => {
    await create('sale', { schedule: day });
    await publish('sale', aCause());
    await Promise.all(Array.from({ length: 5 }, () => publish('sale', aCause({ now: start }))));
    expect(await publish('sale', aCause({ now: start }))).toBe('nothing-due');
    expect(await events('sale')).toEqual([published('PromotionStarted', '2026-03-06T09:00Z')]);
  });

  test('moves with an edit, and is nothing after an early end', async () => {
    await create('moved', { schedule: day });
    await publish('moved', aCause());
    await put('moved', { schedule: { ...day, start: '2026-03-06T12:00' } }, '"1"');
    await publish('moved', aCause({ now: start }));
    expect(await events('moved')).toEqual([]);
    await act('end', 'moved', { now: start });
    await publish('moved', aCause({ now: at('2026-03-06T12:00Z') }));
    expect(await events('moved')).toEqual([]);
  });

  test('is scheduled, then its end, and the schedule is removed with a pause', async () => {
    const schedules = new Map<string, string>();
    const schedule = announceAndSchedule(
      store,
      {
        put: async ({ name, dueAt }) => void schedules.set(name, dueAt),
        remove: async (name) => void schedules.delete(name),
      },
      storeZone,
    );
    const name = scheduleNameOf('planned');
    await create('planned', { schedule: day });
    await schedule('planned', aCause());
    expect(schedules.get(name)).toBe('2026-03-06T09:00:00.000Z');
    await publish('planned', aCause({ now: start }));
    await schedule('planned', aCause({ now: start }));
    expect(schedules.get(name)).toBe('2026-03-07T09:00:00.000Z');
    await act('pause', 'planned', { now: start + 1000 });
    await schedule('planned', aCause({ now: start + 2000 }));
    expect(schedules.has(name)).toBe(false);
    await act('resume', 'planned', { now: start + 3000 });
    await schedule('planned', aCause({ now: start + 4000 }));
    expect((await events('planned')).map(([type]) => type)).toEqual([
      'PromotionStarted',
      'PromotionEnded',
      'PromotionStarted',
    ]);
    expect(schedules.get(name)).toBe('2026-03-07T09:00:00.000Z');
  });

  test('fails for a promotion that does not exist, so that its message is retried', async () => {
    await expect(publish('none', aCause())).rejects.toThrow('does not exist');
  });

  test('that its schedule missed is found by the sweep, and then no more', async () => {
    await create('missed', { schedule: day });
    await publish('missed', aCause());
    const sweep = sweepAnnouncements(store, publish);
    const now = start + 120_000;
    expect(await store.overdue(new Date(start - 1).toISOString())).not.toContain('missed');
    expect(await store.overdue(new Date(now).toISOString())).toContain('missed');
    await sweep(aCause({ now }));
    expect(await events('missed')).toEqual([published('PromotionStarted', '2026-03-06T09:00Z')]);
    expect(await store.overdue(new Date(now).toISOString())).not.toContain('missed');
  });

  test('is announced although the item of announcements is lost', async () => {
    await create('lost', { schedule: day });
    await publish('lost', aCause());
    const Key = { pk: 'PROMOTION#lost', sk: 'ANNOUNCED' };
    await db.send(new DeleteCommand({ TableName: tables.PROMOTION_TABLE_NAME, Key }));
    await publish('lost', aCause({ now: start + 1000 }));
    expect((await events('lost')).map(([type]) => type)).toEqual(['PromotionStarted']);
    const { Item } = await db.send(
      new GetCommand({ TableName: tables.PROMOTION_TABLE_NAME, Key, ConsistentRead: true }),
    );
    expect(Item).toMatchObject({ dueAt: '2026-03-07T09:00:00.000Z' });
  });
});

test.each([0, 1, 2])('a promotion that cannot be announced (place %i) delays no other', async (bad) => {
  const done: string[] = [];
  const sweep = sweepAnnouncements({ overdue: async () => ['0', '1', '2'] }, async (id) => {
    if (id === String(bad)) throw new TypeError('An item does not parse');
    done.push(id);
  });
  await expect(sweep(aCause({ now: noon }))).rejects.toThrow('1 of 3 item(s) failed');
  expect(done.toSorted()).toEqual(['0', '1', '2'].filter((id) => id !== String(bad)));
});
