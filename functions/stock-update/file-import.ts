import type { Readable } from 'node:stream';
import type { Logger } from '@aws-lambda-powertools/logger';
import { CsvError, parse } from 'csv-parse';
import * as z from 'zod';
import { isBlankRow } from '../../shared/csv.ts';
import type { Cause } from '../../shared/contracts/define-event.ts';
import type { Movement } from '../../shared/stock/movement.ts';
import { headerProblem, movementOf, type OpenOrders } from './file-rows.ts';
import { postAll } from './post.ts';
import type { ResultFile } from './result-file.ts';
import type { StockStore } from './store.ts';

/**
 * Rows that are read, applied and answered together: what the memory holds of a file, some 30 MB. The more, the more
 * rows of a SKU come together in a transaction.
 */
const rowsAtOnce = 20_000;
const rowsPerProgress = 10_000;
/** Longest row, in characters: a quote that is never closed must not swallow the file. */
const maxRowLength = 10_000;
/** Nobody waits for a file as for a request. So many SKUs at once make some four full transactions. */
const forFile = { patienceMs: 120_000, skusAtOnce: 132 };

type Row = { number: number; movement: Movement } | { number: number; problem: string };
type About = { openOrders: OpenOrders | undefined; uploadedAt: string; cause: Omit<Cause, 'now'> };
type Tools = {
  store: Pick<StockStore, 'read' | 'write'>;
  result: ResultFile;
  clock: () => number;
  log: Pick<Logger, 'info' | 'warn'>;
};

/**
 * Applies the rows of a file in the order in which they are, and writes to the result what became of each; rows count
 * from 1, the first behind the header, blank ones too. What another run applied is found by its movement id, so that a
 * run that was cut off goes on when it is started again. A row that it refused may be applied then, behind rows that
 * come after it: the result says what became of it. Throws on contention and when the body breaks off.
 */
export async function importFile(
  body: Readable,
  { openOrders, uploadedAt, cause }: About,
  { store, result, clock, log }: Tools,
): Promise<void> {
  let rows: Row[] = [];
  const flush = async () => {
    const movements = rows.flatMap((row) => ('movement' in row ? [{ ...row.movement, sentAt: uploadedAt }] : []));
    const posted = await postAll(store, movements, { ...cause, now: clock() }, forFile);
    const results = posted.values();
    for (const row of rows) {
      if ('problem' in row) await result.add(row.number, '', row.problem);
      else await result.add(row.number, row.movement.movementId, results.next().value?.reason);
    }
    rows = [];
  };

  let columns: string[] | undefined;
  let number = 0;
  try {
    for await (const cells of parsed(body)) {
      if (columns) number += 1;
      if (isBlankRow(cells)) continue;
      if (!columns) {
        columns = cells.map((name) => name.trim());
        const problem = headerProblem(columns);
        if (problem !== undefined) return result.refuse(problem);
        continue;
      }
      rows.push({ number, ...movementOf(columns, cells, openOrders) });
      if (rows.length >= rowsAtOnce) await flush();
      if (number % rowsPerProgress === 0) log.info('file in progress', { rows: number });
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    log.warn('file is not CSV from here on', { row: number + 1, problem: error.message });
    rows.push({ number: number + 1, problem: `unreadable from here on: ${error.message}` });
  }
  if (!columns) return result.refuse('The file has no header');
  await flush();
}

const Cells = z.array(z.string());

/**
 * Rows of cells. Throws CsvError behind the last good row; a stream of csv-parse itself would drop the rows that nobody
 * has read yet, so rows are taken from it as they are made, those of one chunk at a time.
 */
async function* parsed(body: Readable): AsyncGenerator<string[]> {
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
