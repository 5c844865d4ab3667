import { hash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import '../support/environment.ts';
import { defaultDocuments } from '../../functions/store-settings/defaults.ts';
import { documentApi } from '../../functions/store-settings/document-api.ts';
import { createSettingsStore } from '../../functions/store-settings/store.ts';
import { versionApi } from '../../functions/store-settings/version-api.ts';
import { store as deployed } from '../../infra/store.ts';
import { documents, type SettingName, settingNames } from '../../shared/contracts/settings/documents.ts';
import * as routes from '../../shared/contracts/settings/routes.ts';
import { readBatch } from '../../shared/dynamodb/database.ts';
import { sellingSettingsKey, sellingSettingsReader } from '../../shared/settings/selling-settings.ts';
import { warehousesOf } from '../../shared/store.ts';
import { cursors } from '../support/cursors.ts';
import { withConflicts } from '../support/database/conflicting-database.ts';
import { databaseForEach, tables } from '../support/database/dynamodb.ts';
import { eventsOf } from '../support/database/outbox.ts';
import { aRequest } from '../support/requests.ts';

const database = databaseForEach();
const defaults = defaultDocuments({
  selling: deployed.selling,
  warehouses: warehousesOf(deployed),
  calendar: { ...deployed.calendar, timeZone: 'Europe/London' },
});
/** Long enough for 20 concurrent PUTs on a slow machine. */
const retryBudgetMs = 60_000;
const store = createSettingsStore(database.db, tables);
const api = documentApi(store, defaults, {}, retryBudgetMs);
const audit = versionApi(store, cursors);

const put = (name: SettingName, content: object, ifMatch?: string, by = 'finance') => {
  const given = { headers: ifMatch === undefined ? {} : { 'if-match': ifMatch } };
  // The routes of all documents have the same parameters.
  return api.write(name)({ ...aRequest(routes.putTaxZones, given, by), body: documents[name].parse(content) });
};
const get = (name: SettingName) => api.read(name)();
const versions = (name: SettingName, query: { limit?: number; cursor?: string } = {}) =>
  audit.list(aRequest(routes.listSettingVersions, { params: { name }, query: { limit: 50, ...query } }, 'finance'));
const version = (name: SettingName, number: number) =>
  audit.get(aRequest(routes.getSettingVersion, { params: { name, version: number } }, 'finance'));
const events = (name: SettingName) => eventsOf(database.db, tables.SETTINGS_TABLE_NAME, `SETTING#${name}`);
const snapshot = async () => {
  const items = await readBatch(database.db, { [tables.SETTINGS_TABLE_NAME]: [sellingSettingsKey] }, true);
  return sellingSettingsReader()(items.get(tables.SETTINGS_TABLE_NAME)?.[0]);
};

const zones = (percentage: string) => ({
  zones: [
    {
      zoneId: 'gb',
      name: 'United Kingdom',
      country: 'GB',
      rounding: 'line',
      rates: [
        {
          rateId: 'vat',
          name: 'VAT',
          jurisdiction: 'GB',
          taxCategory: 'standard',
          percentage,
          validFrom: '2011-01-04T00:00:00Z',
        },
      ],
    },
  ],
});
const methods = (express: number) => ({ methods: [{ method: 'express', name: 'Express', prices: { GBP: express } }] });

describe('settings', () => {
  test.each(settingNames)('%s are those of the deployment until staff set them', async (name) => {
    const response = await get(name);
    expect(response).toMatchObject({ status: 200, headers: { etag: '"0"' }, body: defaults[name] });
    expect(documents[name].safeParse(response.body).error).toBeUndefined();
    expect(await put(name, response.body as object, '"0"')).toMatchObject({ status: 200, headers: { etag: '"1"' } });
  });

  test('are replaced by a PUT, which is an event and a version', async () => {
    expect(await put('tax-zones', zones('20'))).toMatchObject({ status: 200, headers: { etag: '"1"' } });
    const replaced = await put('tax-zones', zones('17.5'), '"1"', 'admin');
    expect(replaced).toEqual({ status: 200, headers: { etag: '"2"' }, body: zones('17.5') });
    expect(await get('tax-zones')).toEqual(replaced);
    const entry = '/zones/gb/rates/vat/percentage';
    expect((await events('tax-zones')).map(({ detail }) => [detail.metadata['actor'], detail.data])).toMatchObject([
      ['finance', { name: 'tax-zones', version: 1 }],
      ['admin', { version: 2, by: 'admin', changeCount: 1, changes: [{ entry, kind: 'changed' }] }],
    ]);
    const change = { entry, kind: 'changed', before: '20', after: '17.5' };
    expect(await version('tax-zones', 2)).toMatchObject({
      status: 200,
      body: { version: 2, by: 'admin', from: '192.0.2.1', changes: [change], content: zones('17.5') },
    });
  });

  test('have every version in the audit trail, with the settings of the deployment before the first', async () => {
    await put('tax-zones', zones('20'));
    await put('tax-zones', zones('17.5'), '"1"');
    const { body } = await versions('tax-zones');
    expect(body).toMatchObject({
      versions: [
        { version: 2, changeCount: 1 },
        {
          version: 1,
          changes: [
            { entry: '/zones/default', kind: 'removed' },
            { entry: '/zones/gb', kind: 'added' },
          ],
        },
        { version: 0, by: 'deployment', changeCount: 0 },
      ],
    });
    expect(await version('tax-zones', 0)).toMatchObject({ body: { content: defaults['tax-zones'] } });
    expect(await version('tax-zones', 3)).toMatchObject({ status: 404 });
    expect(await version('reasons', 0)).toMatchObject({ status: 404 });
  });

  test('list their versions in pages with the differences of each', async () => {
    await put('shipping-methods', methods(100));
    for (const number of [1, 2, 3, 4]) await put('shipping-methods', methods(100 + number), `"${number}"`);
    const seen: unknown[] = [];
    let cursor: string | undefined;
    do {
      const { body } = await versions('shipping-methods', { limit: 2, ...(cursor !== undefined && { cursor }) });
      const page = body as { versions: { version: number; changes: { before?: unknown }[] }[]; cursor?: string };
      seen.push(...page.versions.map(({ version: number, changes }) => [number, changes[0]?.before]));
      cursor = page.cursor;
    } while (cursor !== undefined);
    const ofFirst = (defaults['shipping-methods'].methods[0] as object | undefined) ?? {};
    expect(seen).toEqual([
      [5, 103],
      [4, 102],
      [3, 101],
      [2, 100],
      [1, ofFirst],
      [0, undefined],
    ]);
  });

  test.each(['', '"', 'abc', 'VERSION#00000001', 'e30'])('refuse the cursor %j', async (cursor) => {
    expect(await versions('reasons', { cursor })).toMatchObject({ status: 400, body: { type: 'invalid-cursor' } });
  });

  test('refuse the cursor of another document', async () => {
    await put('tax-zones', zones('20'));
    const { body } = await versions('tax-zones', { limit: 1 });
    const { cursor } = body as { cursor: string };
    expect(await versions('reasons', { cursor })).toMatchObject({ status: 400, body: { type: 'invalid-cursor' } });
  });
});

describe('a change of settings', () => {
  test('needs the ETag of the current document, except the first one', async () => {
    await put('tax-zones', zones('20'));
    expect(await put('tax-zones', zones('5'))).toMatchObject({ status: 428, body: { type: 'precondition-required' } });
    expect(await get('tax-zones')).toMatchObject({ body: zones('20') });
  });

  test.each(['"0"', '"2"', '1', 'W/"1"', '""'])('is refused with the ETag %s of another version', async (ifMatch) => {
    await put('tax-zones', zones('20'));
    const refused = await put('tax-zones', zones('5'), ifMatch);
    expect(refused).toMatchObject({ status: 412, headers: { etag: '"1"' }, body: { type: 'precondition-failed' } });
    expect(await events('tax-zones')).toHaveLength(1);
  });

  test.each(['"1"', '"0"', undefined, '"7"'])(
    'that is repeated with If-Match %s changes nothing and makes no version',
    async (ifMatch) => {
      await put('tax-zones', zones('20'));
      const changed = await put('tax-zones', zones('5'), '"1"');
      expect(await put('tax-zones', zones('5'), ifMatch)).toEqual(changed);
      expect(await events('tax-zones')).toHaveLength(2);
      expect((await versions('tax-zones')).body).toMatchObject({ versions: [{ version: 2 }, {}, {}] });
    },
  );

  test('wins against others with the same ETag: one of 20 is in force, the others are refused', async () => {
    await put('tax-zones', zones('20'));
    const responses = await Promise.all(
      Array.from({ length: 20 }, (_, percentage) => put('tax-zones', zones(String(percentage)), '"1"')),
    );
    expect(responses.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(responses.filter(({ status }) => status === 412)).toHaveLength(19);
    expect(await events('tax-zones')).toHaveLength(2);
  });

  test('does not remove a concurrent change of another document from the snapshot', async () => {
    const warehouses = { preference: ['north'], warehouses: [{ warehouse: 'north', name: 'Leeds' }] };
    const changes = [put('tax-zones', zones('20')), put('shipping-methods', methods(5)), put('warehouses', warehouses)];
    expect((await Promise.all(changes)).map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(await snapshot()).toEqual({
      taxZones: { version: 1, ...zones('20') },
      shippingMethods: { version: 1, ...methods(5) },
      warehouses: { version: 1, preference: ['north'] },
    });
  });

  test('of promotions is in the snapshot, without what only their approval depends on', async () => {
    await put('promotions', { resolution: 'best-deal', approvalAboveMinor: { GBP: 1 } });
    expect(await snapshot()).toEqual({
      promotions: { version: 1, resolution: 'best-deal', codePolicy: 'lenient', foldsEmailTags: false },
    });
  });

  test('is tried again when another transaction uses the items', async () => {
    const busy = documentApi(
      createSettingsStore(withConflicts(database.db, { conflicts: 3 }), tables),
      defaults,
      {},
      retryBudgetMs,
    );
    const request = aRequest(routes.putTaxZones, {}, 'finance');
    const body = documents['tax-zones'].parse(zones('20'));
    expect(await busy.write('tax-zones')({ ...request, body })).toMatchObject({ status: 200 });
    expect(await events('tax-zones')).toHaveLength(1);
  });

  test('of calendars and reasons does not change the snapshot for placing', async () => {
    await put('calendars', defaults.calendars);
    await put('reasons', { lists: [{ list: 'refund', reasons: [{ reason: 'late' }] }] });
    expect(await snapshot()).toEqual({});
  });

  test('that exceeds the size of the snapshot is refused and changes nothing', async () => {
    const text = (id: string) => hash('sha512', id, 'base64url');
    const reasons = Array.from({ length: 500 }, (_, index) => ({
      reason: text(`reason ${index}`),
      name: text(`a ${index}`) + text(`b ${index}`),
    }));
    const lists = (['refund', 'cancellation', 'movement'] as const).map((list) => ({ list, reasons }));
    const refused = await put('reasons', { lists });
    expect(refused).toMatchObject({ status: 422, body: { type: 'too-large' } });
    expect(await get('reasons')).toMatchObject({ headers: { etag: '"0"' } });
  });
});
