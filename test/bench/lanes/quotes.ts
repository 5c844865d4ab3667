import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { BatchGetItemCommand } from '@aws-sdk/client-dynamodb';
import { skuKey } from '../../../shared/catalog/sku-item.ts';
import { snapshotKeys } from '../../../shared/pricing/pricing-snapshots.ts';
import { seedTaxZones } from '../../../shared/tax/seed/tax-zones.ts';
import { type ApiClient, createApiClient } from '../../support/system/api-client.ts';
import { median, ms, percentile, timed } from '../numbers.ts';
import { startOffice } from '../office.ts';
import { adminClient, stockSkus, tableNamed } from '../order-lane.ts';

const clients = 16;
const lineCounts = [1, 50];
const quotesPerRound = 800;
const rounds = 5;
const warmUpRounds = 4;

/** Quotes over HTTP with the seed of tax zones, relative to the same reads sent directly to the database. */
export async function quotes(): Promise<void> {
  const office = await startOffice();
  try {
    const { credentials } = office;
    const storefront = createApiClient(credentials, 'storefront', clients);
    const admin = createApiClient(credentials, 'admin');
    const db = adminClient(credentials);
    const skus = await stockSkus(admin, 200);
    const put = await admin.put('/settings/tax-zones', seedTaxZones());
    if (put.status !== 200) throw new Error(`PUT /settings/tax-zones returned ${put.status}: ${put.text}`);
    const tables = { catalog: await tableNamed(db, /CatalogTable/), settings: await tableNamed(db, /SettingsTable/) };
    for (const lines of lineCounts) {
      const basketOf = (index: number) =>
        Array.from({ length: lines }, (_, line) => skus[(index * 7 + line) % skus.length] ?? '');
      const count = Math.ceil(quotesPerRound / Math.sqrt(lines));
      for (let round = 0; round < warmUpRounds; round += 1) await quotesPerSecond(storefront, basketOf, count);
      const [overHttp, raw, latencies]: [number[], number[], number[]] = [[], [], []];
      for (let round = 0; round < rounds; round += 1) {
        const measured = await quotesPerSecond(storefront, basketOf, count);
        overHttp.push(measured.perSecond);
        latencies.push(...measured.latencies);
        raw.push((await readsPerSecond(db, tables, basketOf, count)).perSecond);
      }
      console.log(`Quotes of ${lines} line(s), ${clients} clients, median of ${rounds} rounds of ${count}`);
      console.log(`  over HTTP            ${Math.round(median(overHttp))} quotes/s`);
      console.log(
        `  latency              p50 ${ms(percentile(latencies, 0.5))}, p99 ${ms(percentile(latencies, 0.99))}`,
      );
      console.log(`  raw reads            ${Math.round(median(raw))} /s`);
      console.log(`  ratio                ${(median(overHttp) / median(raw)).toFixed(2)}\n`);
    }
    await Promise.all([storefront.close(), admin.close()]);
  } finally {
    await office.stop();
  }
}

const quotesPerSecond = (channel: ApiClient, basketOf: (index: number) => string[], count: number) =>
  timed(clients, count, async (index) => {
    const lines = basketOf(index).map((sku) => ({ sku, quantity: 1 }));
    const response = await channel.post('/quotes', { currency: 'GBP', shippingAddress: { country: 'DE' }, lines });
    if (response.status !== 200) throw new Error(`POST /quotes returned ${response.status}: ${response.text}`);
  });

/** The items that a quote reads, in one request of the same keys. */
const readsPerSecond = (
  db: DynamoDBClient,
  { catalog, settings }: { catalog: string; settings: string },
  basketOf: (index: number) => string[],
  count: number,
) =>
  timed(clients, count, async (index) => {
    const keys = [...basketOf(index).map(skuKey), snapshotKeys.priceLists];
    await db.send(
      new BatchGetItemCommand({
        RequestItems: {
          [catalog]: { Keys: keys.map(attributes) },
          [settings]: { Keys: [attributes(snapshotKeys.settings)] },
        },
      }),
    );
  });

const attributes = ({ pk, sk }: { pk: string; sk: string }) => ({ pk: { S: pk }, sk: { S: sk } });
