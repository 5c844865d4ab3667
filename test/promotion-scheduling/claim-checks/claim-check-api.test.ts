import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, test } from 'vitest';
import { requestedCheck } from '../../../functions/promotion-scheduling/claim-checks/check-claims-job.ts';
import { claimCheckApi } from '../../../functions/promotion-scheduling/claim-checks/claim-check-api.ts';
import { createClaimCheckRequests } from '../../../functions/promotion-scheduling/claim-checks/claim-check-request-store.ts';
import { createClaimCheckStore } from '../../../functions/promotion-scheduling/claim-checks/claim-check-store.ts';
import { newEvent } from '../../../shared/contracts/define-event.ts';
import { PromotionClaimCheckRequested } from '../../../shared/contracts/promotions/claim-events.ts';
import { ClaimCheck, getClaimCheck, postClaimCheck } from '../../../shared/contracts/promotions/usage-routes.ts';
import { aCause, noon } from '../../support/builders.ts';
import { databaseForEach, tables } from '../../support/database/dynamodb.ts';
import { eventsOf } from '../../support/database/outbox.ts';
import { promotedOrders } from '../../support/orders/promoted-orders.ts';
import { aPromotion } from '../../support/promotions.ts';
import { aRequest } from '../../support/requests.ts';
import { skusWith } from '../../support/stock/many-skus.ts';

const { db } = databaseForEach();
const requests = createClaimCheckRequests(db, tables);
const { post, get } = claimCheckApi(requests);
const checkId = `check-${new Date(noon).toISOString()}`;

const read = async () => ClaimCheck.parse((await get(aRequest(getClaimCheck, { params: { checkId } }))).body);
const request = () => post(aRequest(postClaimCheck, { body: {}, cause: aCause({ now: noon }) }));
const run = requestedCheck(
  { checks: createClaimCheckStore(db, tables, 30), requests },
  { pause: async () => undefined, clock: () => noon + 60_000 },
);
const message = () => ({
  source: PromotionClaimCheckRequested.source,
  'detail-type': PromotionClaimCheckRequested.detailType,
  detail: newEvent(PromotionClaimCheckRequested, { checkId }, aCause({ now: noon })).detail,
});

/** One order with a limited promotion, and a counter that has two uses too many. */
async function wrongCounter() {
  const shop = promotedOrders(db);
  const [sku = ''] = await skusWith(db, [99]);
  await shop.put(aPromotion({ limits: { total: 50 }, approvedAt: noon - 60_000 }));
  const content = shop.contentOf({ lines: [{ sku, quantity: 1 }] });
  await shop.place(content);
  const add = (key: { pk: string; sk: string }, expression: string, values: object) =>
    db.send(
      new UpdateCommand({
        TableName: key.pk.startsWith('ORDER') ? tables.ORDER_TABLE_NAME : tables.PROMOTION_TABLE_NAME,
        Key: key,
        UpdateExpression: expression,
        ExpressionAttributeValues: { ...values },
      }),
    );
  await add({ pk: 'LIMIT#sale', sk: 'USES#0' }, 'ADD used :n', { ':n': 2 });
  const order = { pk: `ORDER#${shop.idOf(content)}`, sk: 'ORDER' };
  return { spoil: () => add(order, 'SET promotionClaims = :bad', { ':bad': 'unreadable' }) };
}

describe('a check of claims on request', () => {
  test('is recorded with its event, and read until it has a result', async () => {
    await wrongCounter();
    const response = await request();
    expect(response).toMatchObject({
      status: 202,
      headers: { location: `/promotions/claim-checks/${encodeURIComponent(checkId)}` },
      body: { checkId, status: 'requested', requestedAt: new Date(noon).toISOString() },
    });
    // A request that is repeated in the same millisecond asks for the same check.
    expect((await request()).status).toBe(202);
    const events = await eventsOf(db, tables.PROMOTION_TABLE_NAME, `CLAIM-CHECK#${checkId}`);
    expect(events.map(({ detailType }) => detailType)).toEqual(['PromotionClaimCheckRequested']);
    expect(await read()).toMatchObject({ status: 'requested' });

    await run(message());
    const result = {
      status: 'completed',
      requestedAt: new Date(noon).toISOString(),
      checkedAt: new Date(noon + 60_000).toISOString(),
      repaired: [{ counter: 'LIMIT#sale/USES#0', found: 3, expected: 1 }],
      notCompared: 0,
    };
    expect(await read()).toMatchObject(result);
    // A late duplicate finds nothing to repair, and does not hide what was repaired.
    await run(message());
    expect(await read()).toMatchObject(result);
  });

  test('that fails says why, and is made again', async () => {
    const { spoil } = await wrongCounter();
    await spoil();
    await request();
    await expect(run(message())).rejects.toThrow('cannot be read');
    expect(await read()).toMatchObject({ status: 'failed', error: expect.stringContaining('ORDER#') });
    await expect(run(message())).rejects.toThrow('cannot be read');
  });

  test('that nobody asked for is unknown', async () => {
    expect((await get(aRequest(getClaimCheck, { params: { checkId: 'check-never' } }))).status).toBe(404);
  });
});
