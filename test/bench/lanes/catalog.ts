import { setTimeout as sleep } from 'node:timers/promises';
import {
  type AttributeValue,
  CreateTableCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  QueryCommand,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, NoSuchKey, PutObjectCommand } from '@aws-sdk/client-s3';
import { type ApiClient, type ApiResponse, createApiClient } from '../../support/system/api-client.ts';
import { s3Of } from '../../support/system/back-office.ts';
import { waitUntilIdle } from '../../support/system/until-idle.ts';
import { timed } from '../numbers.ts';
import { startOffice } from '../office.ts';
import { adminClient, tableNamed } from '../order-lane.ts';

type Office = Awaited<ReturnType<typeof startOffice>>;
type Item = Record<string, AttributeValue>;

/** Other numbers for a short run: `npm run bench -- catalog 1000`. */
const skuCount = Number(process.argv[3] ?? 100_000);
const priceCount = skuCount / 2;
/** 33 new SKUs with their histories and events are 99 actions. */
const skusPerTransaction = 33;
const transactionsInFlight = 4;
const floorTransactions = Math.ceil(skuCount / 5 / skusPerTransaction);
const linesPerQuote = 100;
const pollMs = 200;

const codeOf = (index: number) => `CAT-${String(index).padStart(6, '0')}`;
const codes = Array.from({ length: skuCount }, (_, index) => codeOf(index));

/** Imports, lists, exports and imports a catalogue again; then changes half of its prices at a minute in the future. */
export async function catalog(): Promise<void> {
  const office = await startOffice();
  const admin = createApiClient(office.credentials, 'admin', 8);
  try {
    const files = filesOf(office);
    const skus = codes.map(
      (sku, index) => `${sku},Product ${index},${1000 + (index % 900)},GBP,500,,standard,250,true\n`,
    );
    const csv = `sku,name,priceMinor,currency,costMinor,category,taxCategory,weightGrams,active\n${skus.join('')}`;
    const first = await timedImport(files, 'skus', 'first', csv);
    report('imported', first.seconds, skuCount, first.summary.changed === skuCount);
    await waitUntilIdle(office.credentials.gatewayUrl);
    const floor = await floorPerSecond(adminClient(office.credentials));
    console.log(`  raw, grouped         ${floor.toFixed(0)} SKUs/s, ${skusPerTransaction} a transaction`);
    console.log(`  ratio                ${(skuCount / first.seconds / floor).toFixed(2)}  (aim: at least 0.25)`);
    await list(admin);
    const exported = await timedExport(admin, files, 'skus');
    const again = await timedImport(files, 'skus', 'again', exported);
    report('imported unchanged', again.seconds, skuCount, again.summary.changed === 0 && again.summary.rejected === 0);
    await changePrices(office, admin, files);
  } finally {
    await admin.close();
    await office.stop();
  }
}

function report(what: string, seconds: number, count: number, isRight: boolean): void {
  const speed = `${seconds.toFixed(1)} s, ${(count / seconds).toFixed(0)}/s`;
  console.log(`  ${what.padEnd(20)} ${count} in ${speed}${isRight ? '' : '  WRONG RESULT'}`);
  if (!isRight) process.exitCode = 1;
}

const secondsSince = (started: number) => (performance.now() - started) / 1000;

function filesOf({ credentials }: Office) {
  const s3 = s3Of(credentials);
  const Bucket = credentials.catalogFilesBucket as string;
  return {
    put: (Key: string, Body: string) => s3.send(new PutObjectCommand({ Bucket, Key, Body })),
    async get(Key: string): Promise<string | undefined> {
      try {
        return await (await s3.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString();
      } catch (error) {
        if (error instanceof NoSuchKey) return undefined;
        throw error;
      }
    },
  };
}
type Files = ReturnType<typeof filesOf>;

/** Uploads a file and waits for its summary. */
async function timedImport(files: Files, kind: string, name: string, csv: string) {
  const started = performance.now();
  await files.put(`imports/${kind}/${name}.csv`, csv);
  for (;;) {
    const text = await files.get(`results/${kind}/${name}.json`);
    if (text !== undefined) {
      const summary = JSON.parse(text) as { changed: number; rejected: number; failed?: string };
      if (summary.failed === undefined) return { seconds: secondsSince(started), summary };
    }
    await sleep(pollMs);
  }
}

async function timedExport(admin: ApiClient, files: Files, kind: string): Promise<string> {
  const started = performance.now();
  const { headers } = await admin.post('/catalog/exports', { kind });
  for (;;) {
    const { body } = await admin.get(String(headers['location']));
    if (body.status === 'completed') {
      report('exported', secondsSince(started), body.rows, body.rows === skuCount);
      return (await files.get(body.file)) ?? '';
    }
    await sleep(pollMs);
  }
}

/** Reads every page, while a SKU changes after each hundred pages. */
async function list(admin: ApiClient): Promise<void> {
  const started = performance.now();
  const seen: string[] = [];
  let cursor: string | undefined;
  let pages = 0;
  do {
    const page = `/catalog/skus?limit=100${cursor === undefined ? '' : `&cursor=${cursor}`}`;
    const { body } = await untilAllowed(() => admin.get(page));
    seen.push(...body.skus.map(({ sku }: { sku: string }) => sku));
    cursor = body.cursor;
    pages += 1;
    if (pages % 100 === 0) {
      const sku = codeOf(pages % skuCount);
      await admin.put(`/catalog/skus/${sku}`, {
        ...body.skus[0],
        sku: undefined,
        changedAt: undefined,
        name: 'Changed',
      });
    }
  } while (cursor !== undefined);
  report('listed', secondsSince(started), seen.length, seen.join() === codes.join());
}

/** Half of the SKUs get a price at a minute; every quote from then on has the new one. */
async function changePrices({ credentials }: Office, admin: ApiClient, files: Files): Promise<void> {
  await admin.put('/catalog/price-lists/bench', { name: 'Bench', currency: 'GBP', priority: 10 });
  const changed = codes.slice(0, priceCount);
  const rows = (from: string, price: number) => changed.map((sku) => `bench,${sku},${from},,,${price}\n`).join('');
  const header = 'listId,sku,from,until,minQuantity,unitPriceMinor\n';
  const now = await timedImport(files, 'prices', 'now', header + rows('', 2000));
  report('prices', now.seconds, priceCount, now.summary.changed === priceCount);
  // Four times the time of the first file, for the second one and the quotes before it, and to the next full minute.
  const minute = Math.ceil((Date.now() + 4000 * now.seconds + 10_000) / 60_000) * 60_000;
  const later = await timedImport(files, 'prices', 'later', header + rows(new Date(minute).toISOString(), 1500));
  report('future prices', later.seconds, priceCount, later.summary.changed === priceCount && Date.now() < minute);
  const storefront = createApiClient(credentials, 'storefront', 8);
  const quotes = Array.from({ length: Math.ceil(priceCount / linesPerQuote) }, (_, index) =>
    changed.slice(index * linesPerQuote, (index + 1) * linesPerQuote).map((sku) => ({ sku, quantity: 1 })),
  );
  const wrong = async (price: number) => {
    let count = 0;
    await timed(4, quotes.length, async (index) => {
      const quote = { currency: 'GBP', lines: quotes[index] };
      const { body } = await untilAllowed(() => storefront.post('/quotes', quote));
      const lines = body.lines as { unitPriceMinor: number }[];
      count += lines.filter(({ unitPriceMinor }) => unitPriceMinor !== price).length;
    });
    return count;
  };
  const early = await wrong(2000);
  const isBefore = Date.now() < minute;
  await sleep(Math.max(0, minute - Date.now()));
  const late = await wrong(1500);
  await storefront.close();
  console.log(`  before the minute    ${early} of ${priceCount} not the old price${isBefore ? '' : ' (too late)'}`);
  console.log(`  from the minute on   ${late} of ${priceCount} not the new price`);
  if ((isBefore && early > 0) || late > 0) process.exitCode = 1;
}

/** Sends a request again while the client exceeds its quota. */
async function untilAllowed(request: () => Promise<ApiResponse>): Promise<ApiResponse> {
  for (;;) {
    const response = await request();
    if (response.status < 400) return response;
    if (response.status !== 429) throw new Error(`The store returned ${response.status}: ${response.text}`);
    await sleep(1000);
  }
}

/** Sends the items of a new SKU directly to the database, to a table of the same definition. Returns SKUs per second. */
async function floorPerSecond(db: DynamoDBClient): Promise<number> {
  const source = await tableNamed(db, /CatalogTable/);
  const { Items: items = [] } = await db.send(
    new QueryCommand({
      TableName: source,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': { S: `SKU#${codeOf(0)}` } },
    }),
  );
  const { Table } = await db.send(new DescribeTableCommand({ TableName: source }));
  const TableName = 'floor-catalog';
  await db.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: Table?.KeySchema,
      AttributeDefinitions: Table?.AttributeDefinitions,
      GlobalSecondaryIndexes: Table?.GlobalSecondaryIndexes?.map(({ IndexName, KeySchema, Projection }) => ({
        IndexName,
        KeySchema,
        Projection,
      })),
      StreamSpecification: Table?.StreamSpecification,
    }),
  );
  const put = (item: Item, pk: string) => ({
    Put: { TableName, Item: { ...item, pk: { S: pk } }, ConditionExpression: 'attribute_not_exists(pk)' },
  });
  const { perSecond } = await timed(transactionsInFlight, floorTransactions, async (transaction) => {
    const pks = Array.from({ length: skusPerTransaction }, (_, index) => `SKU#FLOOR-${transaction}-${index}`);
    await db.send(
      new TransactWriteItemsCommand({ TransactItems: pks.flatMap((pk) => items.map((item) => put(item, pk))) }),
    );
  });
  return perSecond * skusPerTransaction;
}
