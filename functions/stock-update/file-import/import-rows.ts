import type { Readable } from 'node:stream';
import type { Logger } from '@aws-lambda-powertools/logger';
import { movementColumns } from '../../../shared/contracts/stock/file-columns.ts';
import { detectedFormat, readTable } from '../../../shared/csv/read.ts';
import type { Cause } from '../../../shared/contracts/define-event.ts';
import type { Movement } from '../../../shared/stock/movement.ts';
import { type FileDefaults, parseMovement } from './movement-row.ts';
import { applyRows } from './apply-rows.ts';
import { failedRow } from '../../../shared/lambda/uploaded-files.ts';
import type { ResultFile } from '../../../shared/csv/result-file-store.ts';
import type { StockStore } from '../stock/store.ts';

/** Rows in memory at a time, about 30 MB. A larger batch combines more rows of a SKU in a transaction. */
const batchRows = 20_000;
const rowsPerProgress = 10_000;
/** A file has a longer retry budget than a request. 132 SKUs fill about four transactions. */
const fileLimits = { retryBudgetMs: 120_000, skusAtOnce: 132 };

type Row = { number: number; movementId: string } & ({ movement: Movement } | { problem: string });
type Upload = { defaults: FileDefaults; uploadedAt: string; cause: Omit<Cause, 'now'> };
type Tools = {
  store: Pick<StockStore, 'read' | 'write'>;
  result: ResultFile;
  clock: () => number;
  log: Pick<Logger, 'info' | 'warn'>;
};

/**
 * Applies the rows of a file in order and adds each to the result. Rows have the numbers that a spreadsheet shows.
 * A repeated run finds applied rows by movement id; it may apply a row that the first run rejected, after later rows.
 * Returns the first error of a row that the store could not apply; the others are applied. Throws on conflicts that use up
 * the retry budget, and if the body ends early.
 */
export async function importRows(
  body: Readable,
  { defaults, uploadedAt, cause }: Upload,
  { store, result, clock, log }: Tools,
): Promise<{ failure?: unknown }> {
  let rows: Row[] = [];
  let failure: unknown;
  const flush = async () => {
    const movements = rows.map((row) => ('movement' in row ? { ...row.movement, submittedAt: uploadedAt } : undefined));
    const sent = movements.filter((movement) => movement !== undefined);
    const applied = await applyRows(store, sent, { ...cause, now: clock() }, fileLimits);
    failure ??= applied.failure;
    for (const [index, row] of rows.entries()) {
      const movement = movements[index];
      const outcome = (movement && applied.results.get(movement)) ?? { reason: failedRow };
      await result.add(row.number, row.movementId, 'problem' in row ? row.problem : outcome.reason);
    }
    rows = [];
  };

  const end = await readTable(body, movementColumns, async (more, names) => {
    for (const each of more) {
      const movementId = idOf(each.cells[names.indexOf('movementId')]);
      rows.push({ number: each.row, movementId, ...parseMovement(each, defaults) });
      if (rows.length >= batchRows) await flush();
      if (each.row % rowsPerProgress === 0) log.info('file in progress', { rows: each.row });
    }
  });
  result.describe(detectedFormat(end));
  if (end.refused) {
    await result.refuse(end.refused);
    return {};
  }
  if (end.unreadFrom) {
    const { row, reason, cells } = end.unreadFrom;
    log.warn('malformed CSV', { row, problem: reason });
    rows.push({
      number: row,
      movementId: idOf(cells[end.names?.indexOf('movementId') ?? -1]),
      problem: `unreadable from here on: ${reason}`,
    });
  }
  await flush();
  return { failure };
}

/** A malformed row keeps its id, as far as it can be one. */
const idOf = (cell = '') => cell.trim().slice(0, 128);
