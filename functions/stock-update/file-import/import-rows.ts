import type { Readable } from 'node:stream';
import type { Logger } from '@aws-lambda-powertools/logger';
import { CsvError, parse } from 'csv-parse';
import * as z from 'zod';
import { isBlankRow } from '../../../shared/csv.ts';
import type { Cause } from '../../../shared/contracts/define-event.ts';
import type { Movement } from '../../../shared/stock/movement.ts';
import { headerProblem, parseRow, type OpenOrders } from './movement-row.ts';
import { applyMovements } from '../stock/apply-movements.ts';
import type { ResultFile } from './result-file-store.ts';
import type { StockStore } from '../stock/store.ts';

/** Rows in memory at a time, about 30 MB. A larger batch combines more rows of a SKU in a transaction. */
const batchRows = 20_000;
const rowsPerProgress = 10_000;
/** In characters. Limits what an unclosed quote consumes. */
const maxRowLength = 10_000;
/** A file has a longer retry budget than a request. 132 SKUs fill about four transactions. */
const fileLimits = { retryBudgetMs: 120_000, skusAtOnce: 132 };

type Row = { number: number; movement: Movement } | { number: number; problem: string };
type Upload = { openOrders: OpenOrders | undefined; uploadedAt: string; cause: Omit<Cause, 'now'> };
type Tools = {
  store: Pick<StockStore, 'read' | 'write'>;
  result: ResultFile;
  clock: () => number;
  log: Pick<Logger, 'info' | 'warn'>;
};

/**
 * Applies the rows of a file in order and adds each to the result. Rows count from 1 after the header, blank ones included.
 * A repeated run finds applied rows by movement id; it may apply a row that the first run rejected, after later rows.
 * Throws on conflicts that use up the retry budget, and if the body ends early.
 */
export async function importRows(
  body: Readable,
  { openOrders, uploadedAt, cause }: Upload,
  { store, result, clock, log }: Tools,
): Promise<void> {
  let rows: Row[] = [];
  const flush = async () => {
    const movements = rows.flatMap((row) => ('movement' in row ? [{ ...row.movement, submittedAt: uploadedAt }] : []));
    const applied = await applyMovements(store, movements, { ...cause, now: clock() }, fileLimits);
    const results = applied.values();
    for (const row of rows) {
      if ('problem' in row) await result.add(row.number, '', row.problem);
      else await result.add(row.number, row.movement.movementId, results.next().value?.reason);
    }
    rows = [];
  };

  let columns: string[] | undefined;
  let number = 0;
  try {
    for await (const cells of parseCsv(body)) {
      if (columns) number += 1;
      if (isBlankRow(cells)) continue;
      if (!columns) {
        columns = cells.map((name) => name.trim());
        const problem = headerProblem(columns);
        if (problem !== undefined) return result.reject(problem);
        continue;
      }
      rows.push({ number, ...parseRow(columns, cells, openOrders) });
      if (rows.length >= batchRows) await flush();
      if (number % rowsPerProgress === 0) log.info('file in progress', { rows: number });
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    log.warn('malformed CSV', { row: number + 1, problem: error.message });
    rows.push({ number: number + 1, problem: `unreadable from here on: ${error.message}` });
  }
  if (!columns) return result.reject('The file has no header');
  await flush();
}

const Cells = z.array(z.string());

/**
 * Rows of cells, and CsvError after the last valid row. The stream of csv-parse would discard rows not read yet on an
 * error, so rows are collected by callback.
 */
async function* parseCsv(body: Readable): AsyncGenerator<string[]> {
  const rows: string[][] = [];
  const parser = parse({
    bom: true,
    relax_column_count: true,
    max_record_size: maxRowLength,
    on_record: (cells: unknown) => {
      rows.push(Cells.parse(cells));
      return null;
    },
  });
  let failure: Error | undefined;
  parser.on('error', (error) => {
    failure = error;
  });
  parser.resume();
  for await (const chunk of body) {
    await new Promise((resolve) => parser.write(chunk, resolve));
    yield* rows.splice(0);
    if (failure) throw failure;
  }
  await new Promise((resolve) => parser.end(resolve));
  yield* rows.splice(0);
  if (failure) throw failure;
}
