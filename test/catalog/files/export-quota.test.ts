import { describe, expect, test } from 'vitest';
import { createCatalogExportStore } from '../../../functions/catalog/files/export-store.ts';
import { postCatalogExport } from '../../../functions/catalog/files/file-api.ts';
import * as routes from '../../../shared/contracts/catalog/file-routes.ts';
import { aCause, noon } from '../../support/builders.ts';
import { databaseForEach, tables } from '../../support/database/dynamodb.ts';
import { aRequest } from '../../support/requests.ts';

const database = databaseForEach();
const store = () => createCatalogExportStore(database.db, tables);
/** Longer than any machine takes for the conflicts of a test. */
const patientMs = 600_000;
const request = (client = 'admin', { now = noon, atOnce = 3 } = {}) =>
  postCatalogExport(
    store(),
    atOnce,
    patientMs,
  )(aRequest(routes.postCatalogExport, { body: { kind: 'products' }, cause: aCause({ now }) }, client));
const idOf = ({ body }: Awaited<ReturnType<typeof request>>) => routes.CatalogExport.parse(body).exportId;
const refused = { status: 429, headers: { 'retry-after': '60' }, body: { type: 'too-many-exports' } };

describe('the catalogue exports of a client', () => {
  test.each([1, 2, 3, 5, 8])('are at most %i at once, also when they are requested concurrently', async (atOnce) => {
    const responses = await Promise.all(Array.from({ length: atOnce + 2 }, () => request('admin', { atOnce })));
    expect(responses.filter(({ status }) => status === 202)).toHaveLength(atOnce);
    expect(responses.filter(({ status }) => status !== 202)).toMatchObject([refused, refused]);
    expect(await request('marketing', { atOnce })).toMatchObject({ status: 202 });
  });

  test('count until they are completed, or for six hours', async () => {
    const first = idOf(await request());
    for (const _ of [2, 3]) expect((await request()).status).toBe(202);
    expect(await request()).toMatchObject(refused);
    await store().complete(first, 0, 'exports/products/a.csv');
    expect((await request()).status).toBe(202);
    expect(await request()).toMatchObject(refused);
    expect(await request('admin', { now: noon + 6 * 3_600_000 - 1 })).toMatchObject(refused);
    expect((await request('admin', { now: noon + 6 * 3_600_000 })).status).toBe(202);
  });
});
