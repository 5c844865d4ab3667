import { mkdtempSync, rmSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzipSync } from 'node:zlib';
import { createRehearsal, rehearsedEvents } from '../../../functions/promotion-scheduling/rehearsals/rehearse.ts';
import { resultOf } from '../../../functions/promotion-scheduling/rehearsals/result.ts';
import { draftOf } from '../../../functions/promotion-scheduling/rehearsals/variant.ts';
import { PromotionDefinition } from '../../../shared/contracts/promotions/definition.ts';
import { dayEvents, type LakeEvent } from '../../../shared/lake/day-events.ts';
import { createDuckDb } from '../../../shared/lake/duckdb-client.ts';
import { aSku } from '../../support/builders.ts';
import { aSet, lakeScene, promotionPolicy } from '../../support/lake-orders.ts';
import { aPromotion } from '../../support/promotions.ts';

/** A smaller number for a first look: `BENCH_SHARE=0.1`. @default 1 */
const share = Number(process.env.BENCH_SHARE ?? 1);
const baskets = Math.ceil(250 * share) * 600;
const linesPerBasket = 9;
const days = 30;
const filesPerDay = 20;
/** Baskets of other content; the others differ by id, customer and time. */
const kinds = 3000;
const skuCount = 500;
const promotionsInForce = 20;
const decompress = promisify(gunzip);
const megabyte = 1024 * 1024;

/** Rehearses a draft with 150,000 baskets of nine lines of 30 days, read from compressed files as the lake has them. */
export async function rehearsal(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'bench-rehearsal-'));
  try {
    const { source } = await writeLake(directory);
    const peak = watchMemory();
    const startedAt = performance.now();
    const running = createRehearsal({
      drafts: [draftOf('draft', 'Draft', definition)],
      current: undefined,
      policy: promotionPolicy,
      source,
      assumesCodes: false,
    });
    const duckDb = createDuckDb();
    for (let day = 0; day < days; day += 1) {
      const name = dayName(day);
      const paths = await decompressed(join(directory, name));
      await duckDb.connected(async (connection) => {
        for await (const events of dayEvents(connection, paths, rehearsedEvents)) {
          for (const event of events) running.add(name, event);
        }
      });
      for (const path of paths) rmSync(path);
    }
    const memory = peak();
    const seconds = (performance.now() - startedAt) / 1000;
    const floor = await secondsToRead(directory);
    const { counts, drafts } = resultOf(running);
    if (counts.compared !== baskets) throw new Error(`Only ${counts.compared} of ${baskets} were compared`);
    const affected = drafts[0]?.totals[0]?.affectedOrders ?? 0;
    console.log(
      `${baskets} baskets of ${linesPerBasket} lines, ${promotionsInForce} promotions in force, ${affected} affected: ` +
        `${seconds.toFixed(1)} s (aim: 120 s for 150,000), ${Math.round(memory / megabyte)} MB (aim: 3,000 MB)`,
    );
    console.log(`  reading them only    ${floor.toFixed(1)} s`);
    console.log(`  ratio                ${(seconds / floor).toFixed(2)}`);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const definition = PromotionDefinition.parse({
  name: 'Draft',
  discount: { kind: 'percent', level: 'order', basisPoints: 1000 },
  condition: { minSubtotalMinor: { GBP: 30_000 } },
  limits: { perCustomer: 1, budgetMinor: { GBP: 50_000_000 } },
});

/** The floor: the same files, read and parsed by DuckDB, without pricing. */
async function secondsToRead(directory: string): Promise<number> {
  const startedAt = performance.now();
  const duckDb = createDuckDb();
  for (let day = 0; day < days; day += 1) {
    const paths = await decompressed(join(directory, dayName(day)));
    await duckDb.connected(async (connection) => {
      for await (const events of dayEvents(connection, paths, rehearsedEvents)) void events.length;
    });
    for (const path of paths) rmSync(path);
  }
  return (performance.now() - startedAt) / 1000;
}

const dayName = (day: number) => new Date(Date.UTC(2026, 0, 1 + day)).toISOString().slice(0, 10);

async function writeLake(directory: string) {
  const { mkdir } = await import('node:fs/promises');
  const skus = Array.from({ length: skuCount }, (_, index) =>
    aSku({
      sku: `SKU-${index}`,
      priceMinor: 500 + 37 * index,
      costMinor: 300 + 20 * index,
      category: `c${index % 10}`,
    }),
  );
  const set = aSet(
    Array.from({ length: promotionsInForce }, (_, index) =>
      aPromotion({
        promotionId: `sale-${index}`,
        eligible: { categories: [`c${index % 12}`] },
        group: `g${index % 3}`,
      }),
    ),
  );
  const scene = lakeScene([set], new Map(skus.map((sku) => [sku.sku, sku])));
  const events = Array.from({ length: kinds }, (_, kind) => {
    const lines = Array.from(
      { length: linesPerBasket },
      (_each, line) => [`SKU-${(kind * 7 + line * 53) % skuCount}`, 1 + ((kind + line) % 3)] as const,
    );
    return scene.order(lines, { set });
  });
  const perFile = baskets / days / filesPerDay;
  for (let day = 0; day < days; day += 1) {
    await mkdir(join(directory, dayName(day)));
    for (let file = 0; file < filesPerDay; file += 1) {
      const first = (day * filesPerDay + file) * perFile;
      const text = Array.from({ length: perFile }, (_, index) => lineOf(events, first + index, day)).join('');
      await writeFile(join(directory, dayName(day), `${file}.gz`), gzipSync(text, { level: 1 }));
    }
  }
  return scene;
}

function lineOf(events: readonly LakeEvent[], number: number, day: number): string {
  const event = events[number % kinds];
  const data = { ...Object(event?.data), orderId: `ord_${number}` };
  const occurredAt = new Date(Date.UTC(2026, 0, 1 + day) + (number % 80_000_000)).toISOString();
  return `${JSON.stringify({
    source: 'storeworks.order-intake',
    'detail-type': 'OrderPlaced',
    detail: { metadata: { eventId: `event-${number}`, occurredAt }, data },
    customer: `cus_${number % 40_000}`,
  })}\n`;
}

async function decompressed(directory: string): Promise<string[]> {
  const names = await readdir(directory);
  return Promise.all(
    names.map(async (name) => {
      const path = join(directory, name.replace('.gz', '.ndjson'));
      await writeFile(path, await decompress(await readFile(join(directory, name))));
      return path;
    }),
  );
}

/** The largest resident set from now on, in bytes. */
function watchMemory(): () => number {
  let largest = 0;
  const timer = setInterval(() => (largest = Math.max(largest, process.memoryUsage().rss)), 200);
  timer.unref();
  return () => Math.max(largest, process.memoryUsage().rss);
}
