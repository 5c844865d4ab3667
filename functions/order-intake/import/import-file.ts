import type { Readable } from 'node:stream';
import { parse } from 'csv-parse';
import * as z from 'zod';
import { retryOnConflict } from '../../../shared/dynamodb/retry-on-conflict.ts';
import { csvLine, isBlankRow } from '../../../shared/csv.ts';
import type { Cause } from '../../../shared/contracts/define-event.ts';
import { contentHash } from '../../../shared/ids.ts';
import { inParallel } from '../../../shared/in-parallel.ts';
import { type BadRow, type FileRow, headerProblem, type ImportedOrder, ordersOf } from './import-rows.ts';

/** Limit of the function's memory. Larger files must be split by the sender. */
const maxRows = 200_000;
const concurrentOrders = 16;
const retryBudgetMs = 30_000;

export type ImportSummary = {
  rows: number;
  imported: number;
  alreadyImported: number;
  badRows: number;
  /** Why the whole file was refused. */
  refused?: string;
};
const Cells = z.array(z.string());
type Settings = Omit<Parameters<typeof ordersOf>[1], 'now'>;
type ImportOrder = (
  order: ImportedOrder,
  hash: string,
  cause: Cause,
) => Promise<'imported' | 'already-imported' | 'conflict'>;

/** Imports the orders of a CSV file. Importing the same file again adds no order and returns the same bad rows. */
export async function importFile(
  file: Readable,
  importOrder: ImportOrder,
  settings: Settings,
  cause: Cause,
): Promise<{ summary: ImportSummary; bad: BadRow[] }> {
  const parsed = await readRows(file);
  if ('refused' in parsed) {
    return { summary: { rows: 0, imported: 0, alreadyImported: 0, badRows: 0, refused: parsed.refused }, bad: [] };
  }
  const { orders, bad } = ordersOf(parsed, { ...settings, now: cause.now });
  const summary = { rows: parsed.rows.length, imported: 0, alreadyImported: 0, badRows: 0 };
  await inParallel(concurrentOrders, orders, async ({ order, rows }) => {
    const outcome = await retryOnConflict(retryBudgetMs, () => importOrder(order, contentHash(order), cause));
    if (outcome === 'imported') summary.imported += 1;
    else if (outcome === 'already-imported') summary.alreadyImported += 1;
    else {
      const reason = 'order-conflict: the store has another order with this external id';
      bad.push(...rows.map((row) => ({ row, externalOrderId: order.externalOrderId, reason })));
    }
  });
  summary.badRows = bad.length;
  return { summary, bad: bad.toSorted((a, b) => a.row - b.row) };
}

type FileRows = { header: string[]; rows: FileRow[] };

/** The non-blank rows of the file, or why it is refused. */
async function readRows(file: Readable): Promise<FileRows | { refused: string }> {
  const parser = file.pipe(parse({ bom: true, trim: true, relax_column_count: true }));
  // `pipe` does not forward errors, so the parser would never end.
  file.on('error', (error) => parser.destroy(error));
  let header: string[] | undefined;
  const rows: FileRow[] = [];
  let row = 0;
  try {
    for await (const record of parser) {
      const cells = Cells.parse(record);
      row += 1;
      if (isBlankRow(cells)) continue;
      if (!header) {
        header = cells;
        const problem = headerProblem(header);
        if (problem !== undefined) return { refused: problem };
        continue;
      }
      if (rows.length === maxRows) return { refused: `The file has more than ${maxRows} rows; split it` };
      rows.push({ row, cells });
    }
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || !String(error.code).startsWith('CSV_')) {
      throw error;
    }
    return { refused: `The file is no CSV: ${error.message}` };
  }
  return header ? { header, rows } : { refused: 'The file is empty' };
}

/** The bad rows as a CSV file. */
export const resultCsv = (bad: readonly BadRow[]): string =>
  csvLine(['row', 'externalOrderId', 'reason']) +
  bad.map(({ row, externalOrderId, reason }) => csvLine([row, externalOrderId, reason])).join('');
