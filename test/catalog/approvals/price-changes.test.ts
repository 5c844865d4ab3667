import { describe, expect, test } from 'vitest';
import '../../support/environment.ts';
import { priceChangeApi, requestApproval } from '../../../functions/catalog/approvals/price-change-api.ts';
import { createPriceChangeStore } from '../../../functions/catalog/approvals/price-change-store.ts';
import { priceChangeTargets } from '../../../functions/catalog/price-change-targets.ts';
import { createPriceListStore } from '../../../functions/catalog/price-lists/price-list-store.ts';
import { putSkuPrices, savePrices } from '../../../functions/catalog/prices/sku-prices-api.ts';
import { putSku, saveSku } from '../../../functions/catalog/skus/sku-api.ts';
import { createCatalogStore } from '../../../functions/catalog/skus/sku-store.ts';
import * as changeRoutes from '../../../shared/contracts/catalog/price-change-routes.ts';
import * as priceRoutes from '../../../shared/contracts/catalog/price-routes.ts';
import * as routes from '../../../shared/contracts/catalog/routes.ts';
import { aCause, noon } from '../../support/builders.ts';
import { cursors } from '../../support/cursors.ts';
import { databaseForAll, tables } from '../../support/database/dynamodb.ts';
import { eventsOf } from '../../support/database/outbox.ts';
import { aRequest } from '../../support/requests.ts';

const { db } = databaseForAll();
const store = createCatalogStore(db, tables);
const changes = createPriceChangeStore(db, tables);
const priceGuard = { belowMargin: 'approve', changeExpiresHours: 1, minMarginBasisPoints: 1000 } as const;
const guard = { taxCategories: ['standard'], priceGuard };
const ask = requestApproval(changes, priceGuard);
const api = priceChangeApi(changes, priceChangeTargets(store, guard), cursors);
const by = (actor: string, now = noon) => aCause({ actor, now });

const putOwn = (sku: string, content: object, now = noon) =>
  putSku(
    saveSku(store, guard),
    ask,
  )(
    aRequest(
      routes.putSku,
      {
        params: { sku },
        headers: {},
        body: routes.SkuContent.parse({ name: sku, priceMinor: 2000, costMinor: 1000, currency: 'GBP', ...content }),
        cause: by('admin', now),
      },
      'admin',
    ),
  );
const putList = (sku: string, unitPriceMinor: number) =>
  putSkuPrices(
    savePrices(store, priceGuard),
    ask,
  )(
    aRequest(
      priceRoutes.putSkuPrices,
      {
        params: { listId: 'outlet', sku },
        headers: {},
        body: priceRoutes.SkuPricesContent.parse({ prices: [{ breaks: [{ unitPriceMinor }] }] }),
        cause: by('admin'),
      },
      'admin',
    ),
  );
const decide = (changeId: string, decision: 'approve' | 'reject', client: string, now = noon + 1000) =>
  api.decide(
    aRequest(
      changeRoutes.decidePriceChange,
      { params: { changeId }, body: { decision }, cause: by(client, now) },
      client,
    ),
  );
const idOf = ({ body }: { body?: unknown }) => (body as { changeId: string }).changeId;
const priceOf = async (sku: string) => (await store.read(sku))?.record.priceMinor;
const events = async (sku: string) =>
  (await eventsOf(db, tables.CATALOG_TABLE_NAME, `SKU#${sku}`)).map(({ detailType }) => detailType);

describe('a price below the margin', () => {
  test('waits for a second person, who puts it in force once', async () => {
    await putOwn('A', {});
    const requested = await putOwn('A', { priceMinor: 900 });
    expect(requested).toMatchObject({
      status: 202,
      body: { status: 'pending-approval', minPriceMinor: 1100, requestedBy: 'admin' },
    });
    expect(idOf(await putOwn('A', { priceMinor: 900 }))).toBe(idOf(requested));
    expect(await priceOf('A')).toBe(2000);
    expect(await decide(idOf(requested), 'approve', 'admin')).toMatchObject({
      status: 403,
      body: { type: 'own-change' },
    });
    expect(await decide(idOf(requested), 'approve', 'finance')).toMatchObject({
      status: 200,
      body: { status: 'approved', decidedBy: 'finance' },
    });
    expect(await priceOf('A')).toBe(900);
    const again = await decide(idOf(requested), 'approve', 'finance');
    expect(again).toMatchObject({ status: 200, headers: { 'idempotent-replayed': 'true' } });
    expect(await decide(idOf(requested), 'reject', 'finance')).toMatchObject({ status: 409 });
    expect(await events('A')).toEqual(['SkuChanged', 'PriceChangeRequested', 'SkuChanged', 'PriceChanged']);
  });

  test('waits also in a list, and when the SKU is new', async () => {
    const lists = createPriceListStore(db, tables);
    const list = { listId: 'outlet', name: 'Outlet', currency: 'GBP', priority: 1, version: 1 };
    await lists.write({ ...list, changedAt: new Date(noon).toISOString() }, await lists.read(), aCause());
    const created = await putOwn('NEW', { priceMinor: 1 });
    expect(created.status).toBe(202);
    expect(await store.read('NEW')).toBeUndefined();
    expect(await decide(idOf(created), 'approve', 'finance')).toMatchObject({ status: 200 });
    expect(await priceOf('NEW')).toBe(1);
    const requested = await putList('NEW', 500);
    expect(requested).toMatchObject({ status: 202, body: { listId: 'outlet', minPriceMinor: 1100 } });
    expect(await decide(idOf(requested), 'approve', 'finance')).toMatchObject({ status: 200 });
    expect((await store.read('NEW'))?.record.prices).toMatchObject([
      { listId: 'outlet', breaks: [{ unitPriceMinor: 500 }] },
    ]);
    const [, last] = (await eventsOf(db, tables.CATALOG_TABLE_NAME, 'SKU#NEW'))
      .filter(({ detailType }) => detailType.startsWith('PriceChange'))
      .slice(-2);
    expect(last?.detail.data).toMatchObject({ requestedBy: 'admin', approvedBy: 'finance' });
  });

  test.each([
    ['rejected', 'reject', noon + 1000],
    ['expired', 'approve', noon + 3_600_000],
    ['superseded', 'approve', noon + 1000],
  ] as const)('that is %s changes nothing', async (status, decision, now) => {
    const sku = `B-${status}`;
    await putOwn(sku, {});
    const requested = await putOwn(sku, { priceMinor: 900 });
    await putOwn(sku, status === 'superseded' ? { name: 'Changed' } : {});
    const response = await decide(idOf(requested), decision, 'finance', now);
    expect(response).toMatchObject(
      decision === 'reject' ? { status: 200, body: { status } } : { status: 409, body: { currentStatus: status } },
    );
    expect(await priceOf(sku)).toBe(2000);
    expect(await decide(idOf(requested), 'approve', 'finance', now)).toMatchObject({ status: 409 });
  });

  test('is approved once by two people at once', async () => {
    await putOwn('C', {});
    const requested = await putOwn('C', { priceMinor: 900 });
    const responses = await Promise.all(
      ['finance', 'service', 'marketing'].map((client) => decide(idOf(requested), 'approve', client)),
    );
    expect(responses.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409, 409]);
    expect((await events('C')).filter((type) => type === 'PriceChanged')).toHaveLength(1);
  });

  test('is listed page by page with who may approve it', async () => {
    const list = async (cursor?: string) => {
      const query = { limit: 3, ...(cursor !== undefined && { cursor }) };
      return (await api.list(aRequest(changeRoutes.listPriceChanges, { query }, 'finance'))).body as {
        changes: { changeId: string }[];
        cursor?: string;
      };
    };
    const first = await list();
    const second = await list(first.cursor);
    expect(new Set([...first.changes, ...second.changes].map(({ changeId }) => changeId)).size).toBe(6);
    expect(first.changes[0]).toMatchObject({ mayApprove: { except: ['admin'] } });
  });
});
