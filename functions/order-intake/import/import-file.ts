import type * as z from 'zod';
import { retryOnConflict } from '../../../shared/dynamodb/retry-on-conflict.ts';
import { isTransient } from '../../../shared/lambda/failed-records.ts';
import { failedRow } from '../../../shared/lambda/uploaded-files.ts';
import {
  type DetectedFormat,
  detectedFormat,
  readTable,
  refusalOf,
  type RowProblem,
  type TableRow,
} from '../../../shared/csv/read.ts';
import { csvFile } from '../../../shared/csv/write.ts';
import type { ProcessedOrderFile } from '../../../shared/contracts/orders/columns/files.ts';
import { orderColumns, orderResultColumns } from '../../../shared/contracts/orders/file-columns.ts';
import type { Cause } from '../../../shared/contracts/define-event.ts';
import { contentHash } from '../../../shared/ids.ts';
import { importedOrderHash } from '../../../shared/orders/equal-order.ts';
import { inParallel } from '../../../shared/in-parallel.ts';
import { type BadRow, type ImportedOrder, ordersOf } from './import-rows.ts';

/** Limits of the function's memory. Larger files must be split by the sender. */
const limits = { maxRows: 200_000, maxCharacters: 100_000_000 };
const concurrentOrders = 16;
const retryBudgetMs = 30_000;

type ImportSummary = Omit<z.infer<typeof ProcessedOrderFile>, 'file'>;
/** `failure` is the first error of an order that the store could not import; the others were. */
export type ImportResult = { summary: ImportSummary; bad: BadRow[]; failure?: unknown };
type Settings = Omit<Parameters<typeof ordersOf>[1], 'now'>;
type ImportOrder = (
  order: ImportedOrder,
  hashes: { contentHash: string; sentHash: string },
  cause: Cause,
) => Promise<'imported' | 'already-imported' | 'conflict'>;

/** Imports the orders of a CSV file. Importing the same file again adds no order and returns the same bad rows. */
export async function importFile(
  file: AsyncIterable<Uint8Array | string>,
  importOrder: ImportOrder,
  settings: Settings,
  cause: Cause,
): Promise<ImportResult> {
  const parsed = await readRows(file);
  if ('refused' in parsed) return refusedFile(parsed.refused, parsed.format);
  const { orders, bad } = ordersOf(parsed, { ...settings, now: cause.now });
  const summary: ImportSummary = {
    ...parsed.format,
    rows: parsed.rows.length,
    imported: 0,
    alreadyImported: 0,
    badRows: 0,
  };
  let failure: unknown;
  await inParallel(concurrentOrders, orders, async ({ order, rows }) => {
    const hashes = { contentHash: importedOrderHash(order), sentHash: contentHash(order) };
    const reject = (reason: string) =>
      bad.push(...rows.map((row) => ({ row, externalOrderId: order.externalOrderId, reason })));
    try {
      const outcome = await retryOnConflict(retryBudgetMs, () => importOrder(order, hashes, cause));
      if (outcome === 'imported') summary.imported += 1;
      else if (outcome === 'already-imported') summary.alreadyImported += 1;
      else reject('order-conflict: the store has another order with this external id');
    } catch (error) {
      if (isTransient(error)) throw error;
      failure ??= error;
      reject(failedRow);
    }
  });
  summary.badRows = bad.length;
  return { summary, bad: bad.toSorted((a, b) => a.row - b.row), ...(failure !== undefined && { failure }) };
}

/** The result of a file of which nothing was imported, because of this row. */
export const refusedFile = ({ row, reason }: RowProblem, format: DetectedFormat = {}): ImportResult => ({
  summary: {
    ...format,
    rows: 0,
    imported: 0,
    alreadyImported: 0,
    badRows: 0,
    refused: refusalOf({ row, reason }),
  },
  bad: [{ row, externalOrderId: '', reason }],
});

type FileRows = { header: readonly string[]; rows: TableRow[]; format: DetectedFormat };

/**
 * The rows of the file, or why it is refused. A file that cannot be read to its end is refused: orders whose other rows
 * were not read would be imported in part.
 */
async function readRows(
  file: AsyncIterable<Uint8Array | string>,
): Promise<FileRows | { refused: RowProblem; format: DetectedFormat }> {
  let header: readonly string[] = [];
  const rows: TableRow[] = [];
  const end = await readTable(
    file,
    orderColumns,
    (more, names) => {
      header = names;
      rows.push(...more);
    },
    limits,
  );
  const refused = end.refused ?? end.unreadFrom;
  const format = detectedFormat(end);
  return refused ? { refused, format } : { header, rows, format };
}

/** The bad rows as a CSV file. */
export const resultCsv = (bad: readonly BadRow[]): string =>
  csvFile(
    Object.keys(orderResultColumns),
    bad.map(({ row, externalOrderId, reason }) => [row, externalOrderId, reason]),
  );
