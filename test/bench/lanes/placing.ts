import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readAssembly } from '../../../infra/local/template/assembly.ts';
import { createApiClient } from '../../support/system/api-client.ts';
import { waitUntilIdle } from '../../support/system/until-idle.ts';
import { bareClientBundle, coldImports } from '../counting/cold-import.ts';
import { median } from '../numbers.ts';
import { cdkOut, startObservedOffice, startOffice } from '../office.ts';
import {
  adminClient,
  floorTables,
  orderOf,
  ordersPerSecond,
  rawPerSecond,
  shapeOf,
  stockSkus,
  writeUnits,
} from '../order-lane.ts';

const clientCounts = [16, 64];
const ordersPerRound = 800;
const rounds = 5;
/** Each sandbox compiles its hot code. Sandboxes on AWS live for hours, so compiled code is measured. */
const warmUpRounds = 8;

type Office = Pick<Awaited<ReturnType<typeof startOffice>>, 'credentials'>;

/** Synchronous orders with their event consumers on the same cores, and the cold start of the placing function. */
export async function placing(): Promise<void> {
  const office = await startOffice();
  try {
    console.log(`Time to ready          ${office.secondsToReady.toFixed(1)} s from npm start to 200 on /health\n`);
    await orderLane(office, () => waitUntilIdle(office.credentials.gatewayUrl));
    await imports();
  } finally {
    await office.stop();
  }
}

/** Synchronous orders with delayed queue consumers, as on AWS these run on other machines. */
export async function placingAlone(): Promise<void> {
  const office = await startObservedOffice({ queueDelaySeconds: 900 });
  try {
    await orderLane(office, () => sleep(2000));
  } finally {
    await office.stop();
  }
}

/** Alternates orders over HTTP and the same transactions sent directly to the database. */
async function orderLane({ credentials }: Office, waitForIdle: () => Promise<void>): Promise<void> {
  const storefront = createApiClient(credentials, 'storefront', Math.max(...clientCounts));
  const admin = createApiClient(credentials, 'admin');
  const db = adminClient(credentials);
  const skus = await stockSkus(admin, 200);
  const [sku = ''] = skus;
  const first = await storefront.post('/orders', orderOf(sku));
  const shape = await shapeOf(db, first.body.orderId, sku);
  const tables = await floorTables(db, shape);

  for (const clients of clientCounts) await throughput(clients);
  const parts = writeUnits(shape);
  console.log('Write units of a one-line order, counted from item sizes');
  for (const { part, bytes, units } of parts) console.log(`  ${part.padEnd(20)} ${units}  (${bytes} bytes)`);
  console.log(`  ${'total'.padEnd(20)} ${parts.reduce((sum, { units }) => sum + units, 0)}\n`);
  await Promise.all([storefront.close(), admin.close()]);

  async function throughput(clients: number): Promise<void> {
    for (let round = 0; round < warmUpRounds; round += 1) {
      await ordersPerSecond(storefront, skus, clients, ordersPerRound);
    }
    await rawPerSecond(db, tables, shape, clients, ordersPerRound);
    const orders: number[] = [];
    const raw: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      await waitForIdle();
      orders.push(await ordersPerSecond(storefront, skus, clients, ordersPerRound));
      await waitForIdle();
      raw.push(await rawPerSecond(db, tables, shape, clients, ordersPerRound));
    }
    const spread = (values: number[]) => `${Math.round(Math.min(...values))} to ${Math.round(Math.max(...values))}`;
    console.log(`One-line orders, ${clients} clients, median of ${rounds} rounds of ${ordersPerRound}`);
    console.log(`  over HTTP            ${Math.round(median(orders))} orders/s (${spread(orders)})`);
    console.log(`  raw transactions     ${Math.round(median(raw))} /s (${spread(raw)})`);
    console.log(`  ratio                ${(median(orders) / median(raw)).toFixed(2)}  (aim: at least 0.5)\n`);
  }
}

/** Cold import of the placing function compared with that of a bare DynamoDB client. */
async function imports(): Promise<void> {
  const { file, env } = await bundleOf('order-intake', 'placement');
  const times = coldImports({ orderIntake: { file, env }, bare: { file: bareClientBundle() } }, 15);
  const [own = 0, bare = 0] = [times.get('orderIntake'), times.get('bare')];
  console.log('Cold import of a bundle in a fresh process, median of 15');
  console.log(`  order-intake         ${own.toFixed(0)} ms`);
  console.log(`  bare DynamoDB client ${bare.toFixed(0)} ms`);
  console.log(`  ratio                ${(own / bare).toFixed(2)}  (aim: at most 1.5)`);
}

/** The bundle of a handler in the synthesised assembly, and its environment; what deployments resolve has any text. */
async function bundleOf(workflow: string, handler: string): Promise<{ file: string; env: Record<string, string> }> {
  const { stacks, assets } = readAssembly(await cdkOut());
  const functions = stacks.flatMap(({ template }) => Object.values(template.Resources));
  const found = functions.find(
    ({ Properties }) => Properties.Description === `Storeworks ${workflow}: ${workflow}/${handler}.handler.ts`,
  );
  const key = (found?.Properties.Code as { S3Key?: string } | undefined)?.S3Key;
  const asset = key === undefined ? undefined : assets.get(key);
  if (!asset) throw new Error(`No bundle of ${workflow}/${handler} in cdk.out`);
  const environment = found?.Properties.Environment as { Variables: Record<string, unknown> } | undefined;
  const env = Object.fromEntries(
    Object.entries(environment?.Variables ?? {}).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : 'https://resolved',
    ]),
  );
  return { file: join(asset.path, 'index.mjs'), env };
}
