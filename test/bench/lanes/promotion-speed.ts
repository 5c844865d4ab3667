import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { CompiledPromotion } from '../../../shared/pricing/promotions/types.ts';
import { aPromotion, putPromotions } from '../../support/promotions.ts';
import { type ApiClient, createApiClient } from '../../support/system/api-client.ts';
import { waitUntilIdle } from '../../support/system/until-idle.ts';
import { median, timed } from '../numbers.ts';
import { startObservedOffice, startOffice } from '../office.ts';
import { adminClient, orderOf, stockSkus, tableNamed } from '../order-lane.ts';

/** A smaller number for a first look: `BENCH_SHARE=0.1`. @default 1 */
const share = Number(process.env.BENCH_SHARE ?? 1);
const scaled = (count: number) => Math.max(1, Math.ceil(count * share));
const clients = 16;
const skuCount = 200;
const quotesPerRound = scaled(800);
const ordersPerRound = scaled(800);
const rounds = scaled(5);
/** As in `placing.ts`. */
const warmUpRounds = scaled(6);
const code = 'BENCH';
const codeUses = 10_000_000;
/** Minor units that no order of this lane reaches. */
const tooMuch = 1_000_000;
/** Write units of an item per second: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html */
const itemLimit = 1000;
const promisedOrdersPerSecond = 3000;

type Office = Pick<Awaited<ReturnType<typeof startOffice>>, 'credentials'>;

/** Quotes of five lines over HTTP with 200 promotions in force, relative to the same without promotions. */
export async function promotionQuotes(): Promise<void> {
  const office = await startOffice();
  const { storefront, skus, putInForce, close } = await prepared(office);
  try {
    const { promoted, plain } = await alternated(office, putInForce, automatic(200), async () => {
      const { perSecond } = await timed(clients, quotesPerRound, async (index) => {
        const lines = Array.from({ length: 5 }, (_, line) => ({
          sku: skus[(index * 7 + line) % skuCount],
          quantity: 2,
        }));
        const response = await storefront.post('/quotes', {
          currency: 'GBP',
          shippingAddress: { country: 'GB' },
          lines,
        });
        if (response.status !== 200) throw new Error(`POST /quotes returned ${response.status}: ${response.text}`);
      });
      return perSecond;
    });
    console.log(`Quotes of 5 lines, ${clients} clients, median of ${rounds} rounds of ${quotesPerRound}`);
    report('200 promotions', 'no promotion', 'quotes/s', promoted, plain, 0.6);
  } finally {
    await close();
    await office.stop();
  }
}

/** Orders of one line with a code of 10 million uses and 20 promotions, relative to the same without; writes per item. */
export async function promotionOrders(): Promise<void> {
  const office = await startObservedOffice();
  const { storefront, skus, putInForce, close } = await prepared(office);
  const place = async (couponCodes: string[]) => {
    const { perSecond } = await timed(clients, ordersPerRound, async (index) => {
      const order = { ...orderOf(skus[index % skuCount] ?? ''), ...(couponCodes.length > 0 && { couponCodes }) };
      const response = await storefront.post('/orders', order);
      if (response.status !== 201) throw new Error(`POST /orders returned ${response.status}: ${response.text}`);
      if (response.body.discountMinor > 0 !== couponCodes.length > 0)
        throw new Error(`A wrong price: ${response.text}`);
    });
    return perSecond;
  };
  const promotions = [
    ...automatic(20, tooMuch),
    aPromotion({ promotionId: 'bench-code', codes: [code], limits: { total: codeUses }, shards: 16 }),
  ];
  try {
    const measure = (isPromoted: boolean) => place(isPromoted ? [code] : []);
    const { promoted, plain } = await alternated(office, putInForce, promotions, measure);
    console.log(`One-line orders, ${clients} clients, median of ${rounds} rounds of ${ordersPerRound}`);
    report('with the code', 'no promotion', 'orders/s', promoted, plain, 0.8);

    await putInForce(promotions);
    await waitUntilIdle(office.credentials.gatewayUrl);
    office.begin();
    await place([code]);
    const { heaviestItem, transactions } = await office.tally();
    const { key, units, writes } = heaviestItem;
    const perSecond = (units / ordersPerRound) * promisedOrdersPerSecond;
    console.log(`Writes of ${ordersPerRound} more orders`);
    console.log(`  hottest item         ${key}: ${(writes / ordersPerRound).toFixed(3)} writes/order`);
    console.log(
      `  at ${promisedOrdersPerSecond} orders/s     ${Math.round(perSecond)} write units/s of it  (limit of an item: ${itemLimit})`,
    );
    console.log(`  transactions         ${transactions.sent}, of which ${transactions.conflicts} conflicted`);
  } finally {
    await close();
    await office.stop();
  }
}

async function prepared({ credentials }: Office) {
  const storefront = createApiClient(credentials, 'storefront', clients);
  const admin = createApiClient(credentials, 'admin');
  const client = adminClient(credentials);
  const skus = await stockSkus(admin, skuCount);
  const table = { PROMOTION_TABLE_NAME: await tableNamed(client, /PromotionTable/) };
  const db = DynamoDBDocumentClient.from(client);
  return {
    storefront,
    skus,
    putInForce: (promotions: readonly CompiledPromotion[]) => putPromotions(db, { promotions }, table),
    close: () => Promise.all([storefront, admin].map((each: ApiClient) => each.close())),
  };
}

/** Measures with and without promotions in turns, each on an idle back office. */
async function alternated(
  { credentials }: Office,
  putInForce: (promotions: readonly CompiledPromotion[]) => Promise<unknown>,
  promotions: readonly CompiledPromotion[],
  measure: (isPromoted: boolean) => Promise<number>,
) {
  const measured: { promoted: number[]; plain: number[] } = { promoted: [], plain: [] };
  for (let round = 0; round < warmUpRounds + rounds; round += 1) {
    for (const isPromoted of [false, true]) {
      await putInForce(isPromoted ? promotions : []);
      await waitUntilIdle(credentials.gatewayUrl);
      const perSecond = await measure(isPromoted);
      if (round >= warmUpRounds) measured[isPromoted ? 'promoted' : 'plain'].push(perSecond);
    }
  }
  return measured;
}

function report(name: string, floorName: string, unit: string, values: number[], floor: number[], aim: number): void {
  console.log(`  ${name.padEnd(20)} ${Math.round(median(values))} ${unit}`);
  console.log(`  ${floorName.padEnd(20)} ${Math.round(median(floor))} ${unit}`);
  console.log(`  ratio                ${(median(values) / median(floor)).toFixed(2)}  (aim: at least ${aim})\n`);
}

/** Promotions that no order has to ask for: rates and amounts of SKUs and of all goods, tiers, sets and thresholds. */
function automatic(count: number, fromMinor = 500): CompiledPromotion[] {
  const of = { all: true } as const;
  const discountOf = (index: number): CompiledPromotion['discount'] => {
    if (index % 4 === 0) return { kind: 'percent', level: 'line', basisPoints: 10 + index };
    if (index % 4 === 1) return { kind: 'amount', level: 'order', amountMinor: { GBP: 1 + (index % 3) } };
    if (index % 4 === 2) {
      return { kind: 'buy-get', level: 'line', buy: { units: 2, of }, get: { units: 1, of, basisPoints: 10 } };
    }
    const tiers = [{ fromUnits: 3, kind: 'percent' as const, basisPoints: 30 }];
    return { kind: 'tiers', level: 'line', tierOn: 'units', tiers };
  };
  return Array.from({ length: count }, (_, index) =>
    aPromotion({
      promotionId: `bench-${index}`,
      discount: discountOf(index),
      eligible:
        index % 10 === 0
          ? of
          : { skus: Array.from({ length: 20 }, (_each, sku) => `BENCH-${(index * 13 + sku * 10) % skuCount}`) },
      condition: { minSubtotalMinor: { GBP: fromMinor + index } },
      priority: index % 10,
    }),
  );
}
