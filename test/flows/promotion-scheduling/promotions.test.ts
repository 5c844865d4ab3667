import { afterAll, beforeAll, expect, test } from 'vitest';
import { type BackOffice, startBackOffice } from '../../support/system/back-office.ts';
import { expectProblem, stockedSku } from '../../support/system/test-data.ts';

/** A clock that starts in the hour before the clocks go forward, and passes no time of a daily job. */
let aheadMs = Date.parse('2028-03-26T00:31:00Z') - Date.now();
let office: BackOffice;
beforeAll(async () => {
  office = await startBackOffice({ now: () => Date.now() + aheadMs });
});
afterAll(() => office.stop());

async function moveTo(instant: string): Promise<void> {
  await office.settled();
  aheadMs = Date.parse(instant) - Date.now();
  await office.forgetTokens();
  await office.settled();
}

const percent = (basisPoints: number) => ({ kind: 'percent', level: 'line', basisPoints });
const marketing = () => office.client('marketing');
const act = (id: string, action: string, headers: Record<string, string> = {}, client = 'marketing') =>
  office.client(client).post(`/promotions/${id}/${action}`, {}, headers);

test(
  'a promotion is approved, in force by its schedule, paused, switched off and ended, and each is obeyed by the next quote and announced',
  { timeout: 600_000 },
  async () => {
    const sku = await stockedSku(office, { priceMinor: 1000, category: 'toys' });
    expect((await office.client('admin').put('/catalog/categories/toys', { name: 'Toys' })).status).toBe(201);
    const discountOf = async () => {
      const content = { currency: 'GBP', shippingAddress: { country: 'GB' }, lines: [{ sku, quantity: 1 }] };
      const quote = await office.client('storefront').post('/quotes', content);
      expect(quote.status, quote.text).toBe(200);
      return quote.body.discountMinor;
    };
    const create = (promotionId: string, given: object = {}) =>
      marketing().post('/promotions', { promotionId, name: promotionId, discount: percent(1000), ...given });
    expect(await discountOf()).toBe(0);

    const settings = { approvalAboveMinor: { GBP: 10_000 } };
    const policy = await office.client('admin').put('/settings/promotions', settings);
    expect(policy.status, policy.text).toBe(200);
    const content = {
      eligible: { categories: ['toys'] },
      codes: undefined,
      limits: { budgetMinor: { GBP: 10_001 } },
      // The clocks go forward between both times: it lasts for 15 minutes.
      schedule: { start: '2028-03-26T00:55', end: '2028-03-26T02:10' },
    };
    const created = await create('toys', content);
    expect(created.status, created.text).toBe(201);
    expect(created.body).toMatchObject({ state: 'pending-approval', worstCase: { searched: { promotions: 1 } } });
    const ifMatch = String(created.headers['etag']);
    expectProblem(await act('toys', 'approve', { 'if-match': ifMatch }), 403, 'own-change');
    const approved = await act('toys', 'approve', { 'if-match': ifMatch }, 'admin');
    expect(approved.status, approved.text).toBe(200);
    expect(approved.body).toMatchObject({
      state: 'scheduled',
      nextStartAt: '2028-03-26T00:55:00.000Z',
      nextEndAt: '2028-03-26T01:10:00.000Z',
    });
    expect(await discountOf()).toBe(0);
    expectProblem(await create('thief', { codes: ['X'] }), 422, 'invalid-content');
    expectProblem(await office.client('storefront').get('/promotions'), 403);

    const announced = async (detailType: string) => {
      await office.settled();
      const events = await office.lake.events(detailType);
      return events.map(({ detail }) => detail.data);
    };
    await moveTo('2028-03-26T00:55:00Z');
    expect(await discountOf()).toBe(100);
    await moveTo('2028-03-26T00:56:00Z');
    expect(await announced('PromotionStarted')).toMatchObject([
      { promotionId: 'toys', version: 2, at: '2028-03-26T00:55:00.000Z' },
    ]);

    expect((await act('toys', 'pause')).body).toMatchObject({ state: 'paused' });
    expect(await discountOf()).toBe(0);
    // A pause that is resumed at once would be announced neither way: the state is what counts.
    expect(await announced('PromotionEnded')).toHaveLength(1);
    expect((await act('toys', 'resume')).body).toMatchObject({ state: 'active' });
    expect(await discountOf()).toBe(100);
    expect(await announced('PromotionStarted')).toHaveLength(2);

    const off = await marketing().put('/promotions/switch', { disabled: true, comment: 'Wrong prices' });
    expect(off.status, off.text).toBe(200);
    expect(await discountOf()).toBe(0);
    expect((await marketing().put('/promotions/switch', { disabled: false })).status).toBe(200);
    expect(await discountOf()).toBe(100);

    // A category below the one of the promotion.
    const kite = await stockedSku(office, { priceMinor: 1000, category: 'kites' });
    expect(
      (await office.client('admin').put('/catalog/categories/kites', { name: 'Kites', parentId: 'toys' })).status,
    ).toBe(201);
    await office.settled();
    const lines = [{ sku: kite, quantity: 2 }];
    const quote = await office
      .client('storefront')
      .post('/quotes', { currency: 'GBP', shippingAddress: { country: 'GB' }, lines });
    expect(quote.body.discountMinor).toBe(200);

    const edits = Array.from({ length: 40 }, (_, index) =>
      marketing().put(
        '/promotions/toys',
        { ...content, name: `Edit ${index}`, discount: percent(900) },
        { 'if-match': '"4"' },
      ),
    );
    const statuses = (await Promise.all(edits)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.filter((status) => ![200, 412].includes(status))).toEqual([]);
    const versions = await marketing().get('/promotions/toys/versions');
    expect(versions.body.versions.map(({ action }: { action: string }) => action)).toEqual([
      'changed',
      'resumed',
      'paused',
      'approved',
      'created',
    ]);

    await moveTo('2028-03-26T01:10:00Z');
    expect(await discountOf()).toBe(0);
    expect((await marketing().get('/promotions/toys')).body).toMatchObject({ state: 'ended' });
    await moveTo('2028-03-26T01:11:00Z');
    expect(await announced('PromotionEnded')).toContainEqual(
      expect.objectContaining({ promotionId: 'toys', at: '2028-03-26T01:10:00.000Z' }),
    );

    const history = await office.client('admin').get(`/catalog/skus/${sku}/price-history?channel=storefront`);
    expect(history.status, history.text).toBe(200);
    expect(history.body.offered.prices).toContainEqual(
      expect.objectContaining({ from: '2028-03-26T00:55:00.000Z', unitPriceMinor: 900, promotionIds: ['toys'] }),
    );

    const requested = await marketing().post('/promotions/claim-checks', {});
    expect(requested.status, requested.text).toBe(202);
    await office.settled();
    const check = await marketing().get(String(requested.headers['location']));
    expect(check.body).toMatchObject({ status: 'completed', requestedBy: expect.any(String), repaired: [] });
  },
);
