import { beforeEach, describe, expect, test } from 'vitest';
import { createAlertStore } from '../../../functions/stock-update/alerts/alert-store.ts';
import { acknowledgeAlert, listAlerts } from '../../../functions/stock-update/alerts/alerts-api.ts';
import { createRaisedAlertStore } from '../../../functions/stock-update/alerts/raised-alert-store.ts';
import * as routes from '../../../shared/contracts/stock/alert-routes.ts';
import type { AlertKind } from '../../../shared/contracts/stock/events.ts';
import { cursors } from '../../support/cursors.ts';
import { aCause, noon } from '../../support/builders.ts';
import { databaseForEach, tables } from '../../support/database/dynamodb.ts';
import { eventsOf } from '../../support/database/outbox.ts';
import { aRequest } from '../../support/requests.ts';

const database = databaseForEach();
const store = createRaisedAlertStore(database.db, tables);
let sequence = 0;

const raise = async (sku: string, kind: AlertKind, now = noon + (sequence += 1)) =>
  createAlertStore(database.db, tables).record(
    { sku, kind, available: 3, levels: { reorderPoint: 5 }, ...(kind === 'oversold' && { shortUnits: 2 }) },
    String((sequence += 1)),
    aCause({ now }),
  );
const list = async (query: Record<string, unknown> = {}, client = 'warehouse') =>
  listAlerts(store, cursors)(aRequest(routes.listAlerts, { query: routes.listAlerts.query.parse(query) }, client));
const pageOf = async (query: Record<string, unknown> = {}) => {
  const { status, body } = await list(query);
  expect(status).toBe(200);
  return body as { alerts: routes.RaisedAlert[]; cursor?: string };
};
const alertsOf = async (query: Record<string, unknown> = {}) =>
  (await pageOf(query)).alerts.map(({ sku, kind }) => `${sku} ${kind}`);
const acknowledge = (alertId: string, body: { note?: string } = {}, actor = 'ada') =>
  acknowledgeAlert(
    store,
    60_000,
  )(aRequest(routes.acknowledgeAlert, { params: { alertId }, body, cause: aCause({ actor, now: noon }) }));

describe('the list of alerts', () => {
  beforeEach(async () => {
    await raise('MUG', 'low');
    await raise('TEA', 'out');
    await raise('CUP', 'oversold');
    await raise('TEA', 'low');
    const [newest] = (await pageOf({ limit: '1' })).alerts;
    await acknowledge(newest?.alertId ?? '');
  });

  test.each([
    [{}, ['TEA low', 'CUP oversold', 'TEA out', 'MUG low']],
    [{ status: 'open' }, ['CUP oversold', 'TEA out', 'MUG low']],
    [{ status: 'acknowledged' }, ['TEA low']],
    [{ kind: 'low' }, ['TEA low', 'MUG low']],
    [{ kind: 'out,oversold', status: 'open' }, ['CUP oversold', 'TEA out']],
    [{ kind: 'dead' }, []],
    [{ kind: 'low', status: 'open,acknowledged' }, ['TEA low', 'MUG low']],
  ])('with %j has %j', async (query, alerts) => {
    expect(await alertsOf(query)).toEqual(alerts);
  });

  test('leaves out an alert that the index still has under its earlier status', async () => {
    const { alerts } = await pageOf({ status: 'open' });
    const acknowledged = alerts.map((alert) => Object.assign(alert, { status: 'acknowledged' as const }));
    const late = { ...store, read: () => Promise.resolve(acknowledged) };
    const query = routes.listAlerts.query.parse({ status: 'open' });
    const { body } = await listAlerts(late, cursors)(aRequest(routes.listAlerts, { query }, 'warehouse'));
    expect(body).toEqual({ alerts: [] });
  });

  test('has pages that neither repeat nor miss an alert while others are raised and acknowledged', async () => {
    const first = await pageOf({ limit: '2' });
    expect(first.alerts.map(({ kind }) => kind)).toEqual(['low', 'oversold']);
    await raise('NEW', 'low');
    await acknowledge(first.alerts[1]?.alertId ?? '');
    expect(await alertsOf({ limit: '2', cursor: first.cursor })).toEqual(['TEA out', 'MUG low']);
  });

  test('refuses a cursor of other filters or of another caller', async () => {
    const { cursor } = await pageOf({ limit: '1' });
    const refused = { status: 400, body: { type: 'invalid-cursor' } };
    expect(await list({ kind: 'low', cursor })).toMatchObject(refused);
    expect(await list({ cursor }, 'admin')).toMatchObject(refused);
    expect(await list({ cursor: 'x' })).toMatchObject(refused);
  });
});

test('an alert is listed as its event was published, once per sequence number', async () => {
  const alerts = createAlertStore(database.db, tables);
  const alert = { sku: 'MUG', kind: 'oversold' as const, available: -2, levels: {}, shortUnits: 2 };
  expect(await alerts.record(alert, '7', aCause({ now: noon }))).toBe('done');
  expect(await alerts.record(alert, '7', aCause({ now: noon }))).toBe('version-conflict');
  const [event] = await eventsOf(database.db, tables.STOCK_TABLE_NAME, 'ALERT#MUG');
  const raised = { status: 'open', raisedAt: new Date(noon).toISOString(), alertId: event?.detail.metadata.eventId };
  expect((await pageOf()).alerts).toEqual([{ ...alert, ...raised }]);
});

describe('an acknowledgement', () => {
  test('records who and when, and a repeat by anyone changes nothing', async () => {
    await raise('MUG', 'low');
    const [alert] = (await pageOf()).alerts;
    const id = alert?.alertId ?? '';
    const acknowledged = { ...alert, status: 'acknowledged', acknowledgement: { at: new Date(noon).toISOString() } };
    const first = await acknowledge(id, { note: 'Reordered' });
    expect(first).toMatchObject({ status: 200, body: acknowledged });
    expect(first.body).toMatchObject({ acknowledgement: { by: 'ada', note: 'Reordered' } });
    expect(await acknowledge(id, { note: 'Other' }, 'bob')).toEqual(first);
    expect((await pageOf()).alerts).toEqual([first.body]);
  });

  test('is recorded once for ten concurrent requests', async () => {
    await raise('MUG', 'low');
    const [alert] = (await pageOf()).alerts;
    const names = Array.from({ length: 10 }, (_, index) => `user-${index}`);
    const responses = await Promise.all(names.map((name) => acknowledge(alert?.alertId ?? '', {}, name)));
    expect(new Set(responses.map(({ body }) => JSON.stringify(body))).size).toBe(1);
  });

  test('of an alert that was not raised is 404', async () => {
    expect(await acknowledge('0'.repeat(26))).toMatchObject({ status: 404, body: { type: 'unknown-alert' } });
  });
});
