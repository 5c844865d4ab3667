import { afterAll, beforeAll, expect, test } from 'vitest';
import { repetitions } from '../../support/repetitions.ts';
import { type BackOffice, startBackOffice } from '../../support/system/back-office.ts';
import { stockedSku } from '../../support/system/test-data.ts';

let office: BackOffice;
beforeAll(async () => {
  office = await startBackOffice();
});
afterAll(() => office.stop());

test(
  '100,000 unique codes are generated with their progress, downloaded once, and usable',
  { timeout: 600_000 },
  async () => {
    const count = repetitions(100_000);
    const marketing = office.client('marketing');
    const sku = await stockedSku(office, { priceMinor: 1000 });
    const discount = { kind: 'percent', level: 'line', basisPoints: 1000 };
    const promotion = { promotionId: 'many', name: 'Many', discount, eligible: { skus: [sku] }, needsCode: true };
    expect((await marketing.post('/promotions', promotion)).status).toBe(201);
    const requested = await marketing.post('/promotions/many/code-batches', { batchId: 'all', count });
    expect(requested.status, requested.text).toBe(202);
    const location = String(requested.headers['location']);
    const seen = new Set<number>();
    await expect
      .poll(
        async () => {
          const { body } = await marketing.get(location);
          seen.add(body.generated);
          return body.status;
        },
        { timeout: 500_000, interval: 100 },
      )
      .toBe('completed');
    const progress = [...seen];
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
    expect(progress.filter((generated) => generated > 0 && generated < count)).not.toEqual([]);
    const { body } = await marketing.post(`${location}/download`, {});
    const lines = (await (await fetch(body.url)).text()).trim().split(/\r?\n/).slice(1);
    expect([lines.length, new Set(lines).size]).toEqual([count, count]);
    expect((await marketing.post(`${location}/download`, {})).status).toBe(409);
    const quote = { currency: 'GBP', shippingAddress: { country: 'GB' }, lines: [{ sku, quantity: 1 }] };
    const last = await office.client('storefront').post('/quotes', { ...quote, couponCodes: [lines.at(-1)] });
    expect(last.body).toMatchObject({ discountMinor: 100 });
  },
);
