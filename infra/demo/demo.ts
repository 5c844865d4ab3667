import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { businessDays } from '../../shared/business-day.ts';
import type { LocalStore } from '../local-store.ts';
import { store as settings } from '../store.ts';
import { addCatalogue, addPromotions } from './catalogue.ts';
import { type Month, readMonth } from './month.ts';
import { type Demo, extraOrders, handleOrders, placeOrders } from './orders.ts';
import { type Progress, withBar } from './progress.ts';
import { addRefunds, payRefunds } from './refunds.ts';
import { leaveDeadLetter, runNights } from './reports.ts';

type Options = {
  /** @default the committed month */
  month?: Month;
  /** Nights whose reports are built. @default 14 */
  nights?: number;
  /** Shows the progress of a part. @default a bar */
  show?: <T>(title: string, work: (progress: Progress) => Promise<T>) => Promise<T>;
};

/**
 * Fills a store with a month of orders, refunds, promotions and reports, over the HTTP API and by the functions of the
 * template, as its clients do. A repeated demo of a store changes nothing. Throws when `signal` aborts it.
 */
export async function fillWithDemo(store: LocalStore, signal: AbortSignal, options: Options = {}): Promise<void> {
  const { month = readMonth(), nights = 14, show = withBar } = options;
  const { timeZone } = settings.selling;
  const begun = stateOf(store, timeZone);
  const demo: Demo = { store, month, lastDay: begun.read().lastDay, timeZone, signal };
  const settled = async () => {
    // Not for Lambda's retries of the mistyped run, which take three minutes.
    await store.settled(settledWithinMs, ['lambda']);
    signal.throwIfAborted();
  };
  const indexed = [...month.orders, ...extraOrders].map((order, index) => [order, index] as const);
  const earlier = indexed.filter(([{ daysAgo }]) => daysAgo > 0);
  const latest = indexed.filter(([{ daysAgo }]) => daysAgo === 0);

  await show('Catalogue and stock', (progress) => addCatalogue(demo, progress));
  const past = await show('Orders of the month', (progress) => placeOrders(demo, earlier, progress));
  // Afterwards, so that they price the orders of today only.
  await addPromotions(demo);
  const today = await show('Orders of today', (progress) => placeOrders(demo, latest, progress));
  await settled();
  await show('Parcels', (progress) => handleOrders(demo, [...past, ...today], progress));
  await settled();
  await show('Refunds', (progress) => addRefunds(demo, past, progress));
  await settled();
  await payRefunds(demo);
  await settled();
  await show('Nightly reports', (progress) => runNights(demo, nights, progress));
  if (begun.read().hasDeadLetter) return;
  await leaveDeadLetter(demo);
  begun.write({ lastDay: demo.lastDay, hasDeadLetter: true });
}

const settledWithinMs = 120_000;

const Begun = z.object({ lastDay: z.iso.date(), hasDeadLetter: z.boolean() });
type Begun = z.infer<typeof Begun>;

/** What the store's first demo began, kept with its state: a repeated demo has the same times, and adds no dead letter. */
function stateOf({ context }: LocalStore, timeZone: string) {
  const file = join(context.state.directory, 'demo.json');
  const write = (begun: Begun): void => writeFileSync(file, JSON.stringify(begun));
  if (!existsSync(file)) write({ lastDay: businessDays(timeZone)(context.now()), hasDeadLetter: false });
  return { read: () => Begun.parse(JSON.parse(readFileSync(file, 'utf8'))), write };
}
