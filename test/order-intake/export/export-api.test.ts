import { describe, expect, test } from 'vitest';
import { getExport, requestExport } from '../../../functions/order-intake/export/export-api.ts';
import { createExportStore } from '../../../functions/order-intake/export/export-store.ts';
import * as routes from '../../../shared/contracts/orders/export-routes.ts';
import { aCause } from '../../support/builders.ts';
import { databaseForEach, tables } from '../../support/database/dynamodb.ts';
import { channels } from '../../support/environment.ts';
import { aRequest } from '../../support/requests.ts';

const database = databaseForEach();
const body = { from: '2026-03-01', to: '2026-03-02' };
const start = Date.parse('2026-03-05T12:00:00Z');
const store = () => createExportStore(database.db, tables);
const request = (client = 'storefront', now = start, atOnce = 3) =>
  requestExport(store(), channels, atOnce)(aRequest(routes.postOrderExport, { body, cause: aCause({ now }) }, client));
const idOf = ({ body: requested }: Awaited<ReturnType<typeof request>>) => (requested as routes.OrderExport).exportId;
/** Longer than any machine takes for the conflicts of a test. */
const patientMs = 600_000;
const refused = { status: 429, headers: { 'retry-after': '60' }, body: { type: 'too-many-exports' } };

describe('the exports of a client', () => {
  test.each([1, 2, 3, 5, 10])('are at most %i at once, whatever the client requests', async (atOnce) => {
    for (let count = 0; count < atOnce; count += 1) {
      expect(await request('storefront', start, atOnce)).toMatchObject({ status: 202 });
    }
    expect(await request('storefront', start, atOnce)).toMatchObject(refused);
    expect(await request('marketplace', start, atOnce)).toMatchObject({ status: 202 });
  });

  test.each([1, 2, 3, 5, 10])('are at most %i when two more are requested concurrently', async (atOnce) => {
    const own = store();
    const clients = atOnce + 2;
    // Every request has read the list of exports before the first one is stored.
    let reading = clients;
    const read = Promise.withResolvers<void>();
    const racing = {
      unfinished: async (clientId: string, now: number) => {
        const found = await own.unfinished(clientId, now);
        reading -= 1;
        if (reading === 0) read.resolve();
        await read.promise;
        return found;
      },
      request: (...stored: Parameters<typeof own.request>) => own.request(...stored),
    };
    const one = () =>
      requestExport(
        racing,
        channels,
        atOnce,
        patientMs,
      )(aRequest(routes.postOrderExport, { body, cause: aCause({ now: start }) }, 'storefront'));
    const responses = await Promise.all(Array.from({ length: clients }, one));
    const accepted = responses.filter(({ status }) => status === 202);
    expect(responses.filter(({ status }) => status !== 202)).toMatchObject([refused, refused]);
    expect(new Set(accepted.map(idOf)).size).toBe(atOnce);
    expect((await own.unfinished('storefront', start)).exports).toHaveLength(atOnce);
  });

  test('count until they are completed', async () => {
    const first = idOf(await request());
    for (const _ of [2, 3]) expect((await request()).status).toBe(202);
    expect(await request()).toMatchObject(refused);
    await store().complete(first, 0, 'exports/a.csv');
    expect((await request()).status).toBe(202);
    expect(await request()).toMatchObject(refused);
    const params = { exportId: first };
    expect(await getExport(store(), channels)(aRequest(routes.getOrderExport, { params }))).toMatchObject({
      status: 200,
      body: { status: 'completed' },
    });
  });

  test('count for six hours if they fail', async () => {
    for (const _ of [1, 2, 3]) await request();
    expect(await request('storefront', start + 6 * 3_600_000 - 1)).toMatchObject(refused);
    expect((await request('storefront', start + 6 * 3_600_000)).status).toBe(202);
  });
});
