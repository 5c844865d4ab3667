import { gzipSync } from 'node:zlib';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { daysBefore } from '../../../shared/business-day.ts';
import { refundDriver } from '../../support/refunds/refund-driver.ts';
import { adminConfigOf, type BackOffice, s3Of, startBackOffice } from '../../support/system/back-office.ts';
import { fireSchedule } from '../../support/system/invoke.ts';
import { expectProblem, orderOf, stockedSku } from '../../support/system/test-data.ts';

let office: BackOffice;
beforeAll(async () => {
  office = await startBackOffice();
});
afterAll(() => office.stop());
const refunds = refundDriver(() => office);

type Entry = { eventId: string; object: string; action: string; by: { id: string; kind: string }; changes?: object[] };
const entriesOf = async (query: Record<string, string>): Promise<Entry[]> => {
  const response = await office.client('finance').get(`/audit/entries?${new URLSearchParams(query).toString()}`);
  expect(response.status, response.text).toBe(200);
  return response.body.entries;
};
const ok = ({ status, text }: { status: number; text: string }) => expect([200, 201], text).toContain(status);

test(
  'entries name who changed settings, a price, a promotion and a refund, with the values before and after, by object, person and time',
  { timeout: 600_000 },
  async () => {
    const [fin, mia, max, lea] = [
      office.person(['finance']),
      office.person(['merchandising']),
      office.person(['marketing']),
      office.person(['service-lead']),
    ];
    const byPerson = ({ subject }: { subject: string }) => ({ by: { id: subject, kind: 'person' } });
    const lists = (...reasons: string[]) => ({
      lists: [{ list: 'refund', reasons: reasons.map((reason) => ({ reason })) }],
    });
    ok(await fin.put('/settings/reasons', lists('damaged', 'changed-mind')));
    ok(await fin.put('/settings/reasons', lists('damaged', 'changed-mind', 'late'), { 'if-match': '"1"' }));
    const sku = await stockedSku(office, { units: 10, priceMinor: 1000 });
    const { body: item } = await office.client('admin').get(`/catalog/skus/${sku}`);
    const content = { name: item.name, priceMinor: 1250, currency: item.currency };
    ok(await mia.put(`/catalog/skus/${sku}`, content));
    const discount = (basisPoints: number) => ({ kind: 'percent', level: 'line', basisPoints });
    const promotion = { name: 'Sale', discount: discount(1000) };
    const created = await max.post('/promotions', { promotionId: 'sale', ...promotion });
    ok(created);
    const etag = String(created.headers['etag']);
    ok(await max.put('/promotions/sale', { ...promotion, discount: discount(2000) }, { 'if-match': etag }));
    const { path, refund } = await refunds.requestedRefund();
    ok(await lea.post(`${path}/decisions`, { decision: 'approve', comment: 'Ada Lovelace called' }));
    const placed = await office.client('storefront').post('/orders', orderOf(sku));
    ok(placed);
    const cancelled = await lea.post(`/orders/${placed.body.orderId}/cancellation`, {
      requestId: 'cancel-1',
      reason: 'late',
    });
    await office.settled();

    const settings = await entriesOf({ object: 'settings:reasons' });
    expect(settings).toMatchObject([
      { action: 'SettingsChanged', ...byPerson(fin), version: '/settings/reasons/versions/2' },
      { action: 'SettingsChanged', ...byPerson(fin), version: '/settings/reasons/versions/1' },
    ]);
    expect(settings[0]?.changes).toMatchObject([
      { entry: '/lists/refund/reasons/late', kind: 'added', after: { reason: 'late' } },
    ]);
    const skuEntries = await entriesOf({ object: `sku:${sku}`, person: mia.subject });
    const price = { entry: '/priceMinor', kind: 'changed', before: 1000, after: 1250 };
    expect(skuEntries.find(({ action }) => action === 'SkuChanged')?.changes).toContainEqual(price);
    expect(skuEntries.find(({ action }) => action === 'PriceChanged')).toMatchObject(byPerson(mia));
    const [changed, first] = await entriesOf({ person: max.subject });
    const basisPoints = { entry: '/discount/basisPoints', kind: 'changed', before: 1000, after: 2000 };
    expect(changed).toMatchObject({ object: 'promotion:sale', changes: expect.arrayContaining([basisPoints]) });
    expect(first).toMatchObject({ object: 'promotion:sale', version: '/promotions/sale/versions/1' });
    const decisions = await entriesOf({ object: `refund:${refund.refundId}`, person: lea.subject });
    expect(decisions.map(({ action }) => action)).toContain('RefundApproved');
    expect(JSON.stringify(decisions)).not.toContain('Lovelace');

    // An order of a machine has no entry; what a person did to an order has one.
    const ofOrder = await entriesOf({ object: `order:${placed.body.orderId}` });
    ok(cancelled);
    expect(ofOrder.map(({ action }) => action)).toEqual(['OrderCancelled']);

    // By time, in pages: the same entries, each once.
    const all = await entriesOf({ from: new Date(Date.now() - 3_600_000).toISOString(), limit: '100' });
    expect(all.map(({ eventId }) => eventId)).toEqual(expect.arrayContaining(settings.map(({ eventId }) => eventId)));
    const page = await office.client('finance').get(`/audit/entries?limit=2&person=${fin.subject}`);
    expect(page.body.entries).toHaveLength(2);
    const next = `/audit/entries?limit=2&object=settings:reasons&cursor=${page.body.cursor ?? 'x'}`;
    expectProblem(await office.client('finance').get(next), 400, 'invalid-cursor');
    expectProblem(await office.client('finance').get('/audit/entries?from=2020-01-01'), 400, 'invalid-parameter');
    expectProblem(await office.client('finance').get('/audit/entries?object=reasons'), 400, 'invalid-parameter');
    expect((await office.client('marketing').get('/audit/entries')).status).toBe(403);

    await deliveredAgain();
    await daysAreClosed();
  },
);

/** The nightly job, with its own permissions, closes a day with events and the days since, and a repeated run none. */
async function daysAreClosed(): Promise<void> {
  const s3 = s3Of(office.credentials);
  const Bucket = office.credentials.lakeBucket;
  const day = daysBefore(new Date().toISOString().slice(0, 10), 3);
  const Key = `events/dt=${day}/0.ndjson.gz`;
  await s3.send(new PutObjectCommand({ Bucket, Key, Body: gzipSync('') }));
  const chainOf = async (of: string) => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: `audit/dt=${of}/chain.json` }));
    return JSON.parse((await Body?.transformToString()) ?? '');
  };
  await fireSchedule(office, 'audit-trail/chain/close-days.handler.ts');
  const first = await chainOf(day);
  expect(first).toMatchObject({ previous: null, files: [{ key: Key, size: gzipSync('').length }] });
  await fireSchedule(office, 'audit-trail/chain/close-days.handler.ts');
  expect(await chainOf(day)).toEqual(first);
  expect(await chainOf(daysBefore(day, -1))).toMatchObject({ previous: first.hash, files: [] });
}

/** Two events, each delivered twice and the later one first, are two entries in the order of their ids. */
async function deliveredAgain(): Promise<void> {
  const [before] = await entriesOf({ object: 'settings:reasons' });
  const template = office.context.template.ofType('AWS::Events::EventBus')[0];
  const eventOf = (eventId: string, name: string) => ({
    EventBusName: template?.name,
    Source: 'storeworks.store-settings',
    DetailType: 'StoreCategoryTest',
    Detail: JSON.stringify({
      metadata: {
        eventId,
        version: 1,
        occurredAt: '2026-11-30T09:15:00.000Z',
        correlationId: 'c',
        causationId: 'c',
        actor: 'aws:ada',
      },
      data: { name, version: 1 },
    }),
  });
  const [older, newer] = [before?.eventId.replace(/.$/, '0') ?? '', before?.eventId.replace(/.$/, 'Z') ?? ''];
  const events = new EventBridgeClient(adminConfigOf(office));
  for (const id of [newer, older, newer, older]) {
    await events.send(new PutEventsCommand({ Entries: [eventOf(id, 'again')] }));
  }
  await office.settled();
  const entries = await entriesOf({ object: 'settings:again' });
  expect(entries.map(({ eventId, by }) => [eventId, by.kind])).toEqual([
    [newer, 'console'],
    [older, 'console'],
  ]);
}
