import { describe, expect, test } from 'vitest';
import '../../support/environment.ts';
import { switchApi } from '../../../functions/promotion-scheduling/switch/switch-api.ts';
import { createSwitchStore } from '../../../functions/promotion-scheduling/switch/switch-store.ts';
import { putPromotionSwitch } from '../../../shared/contracts/promotions/routes.ts';
import { aCause, noon } from '../../support/builders.ts';
import { databaseForEach, tables } from '../../support/database/dynamodb.ts';
import { eventsOf } from '../../support/database/outbox.ts';
import { aRequest } from '../../support/requests.ts';
import { promotionRoutes } from '../promotion-builders.ts';

const database = databaseForEach();
const api = switchApi(createSwitchStore(database.db, tables), 60_000);
const { create, act, set } = promotionRoutes(database.db);
const put = (disabled: boolean, comment?: string) =>
  api.put(
    aRequest(
      putPromotionSwitch,
      { body: { disabled, ...(comment !== undefined && { comment }) }, cause: aCause({ actor: 'marketing' }) },
      'marketing',
    ),
  );
const events = async () =>
  (await eventsOf(database.db, tables.PROMOTION_TABLE_NAME, 'PROMOTIONS#SWITCH')).map(({ detail }) => detail.data);

describe('the switch of all promotions', () => {
  test('is on before there are any', async () => {
    expect(await api.get()).toEqual({ status: 200, body: { disabled: false, version: 0 } });
    expect(await put(false)).toMatchObject({ status: 200, body: { version: 0 } });
    expect(await events()).toEqual([]);
  });

  test('switches off at once, is recorded with its person, and repeated without a change', async () => {
    await create('sale');
    expect(await put(true, 'Wrong prices')).toMatchObject({
      status: 200,
      body: {
        disabled: true,
        version: 2,
        changedBy: 'marketing',
        changedAt: new Date(noon).toISOString(),
        comment: 'Wrong prices',
      },
    });
    expect(await set()).toMatchObject({ disabled: true, promotions: [{}] });
    expect(await put(true)).toMatchObject({ body: { version: 2, comment: 'Wrong prices' } });
    expect(await put(false)).toMatchObject({ body: { disabled: false, version: 3 } });
    expect((await set()).disabled).toBeUndefined();
    expect(await events()).toMatchObject([
      { disabled: true, by: 'marketing', version: 2 },
      { disabled: false, version: 3 },
    ]);
  });

  test('stays as it is with changes of promotions, also concurrent ones', async () => {
    await create('sale');
    await Promise.all([put(true), create('a'), act('pause', 'sale'), create('b')]);
    expect(await set()).toMatchObject({ disabled: true });
    expect((await set()).promotions.map(({ promotionId, paused }) => [promotionId, paused ?? false])).toEqual([
      ['a', false],
      ['b', false],
      ['sale', true],
    ]);
  });
});
