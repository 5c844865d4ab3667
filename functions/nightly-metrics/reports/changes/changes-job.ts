import { join } from 'node:path';
import * as z from 'zod';
import type { DuckDb } from '../../../../shared/lake/duckdb-client.ts';
import { type Connection, literal } from '../../../../shared/lake/sql.ts';
import { fileEntry } from '../../../../shared/reports/publishing/write-report-job.ts';
import type { ReportEntry } from '../../../../shared/reports/publishing/report-entry.ts';
import { csvCell } from '../../../../shared/reports/publishing/report.ts';
import { reports } from '../reports.ts';
import { changeColumns, changedCells, changeTable, maxLines, movedFacts, noMovedFacts } from './changes.ts';

const Columns = z.array(z.object({ column_name: z.string() }));
const Count = z.array(z.object({ lines: z.coerce.number() }));

/** Columns of a Parquet file. */
const columnsOf = async (connection: Connection, path: string) =>
  Columns.parse(await connection.rows(`DESCRIBE SELECT * FROM read_parquet(${literal(path)})`)).map(
    (each) => each.column_name,
  );

/**
 * Writes `changes.csv` to `directory`: how its Parquet files differ from those of the version before, which `before` finds by
 * the name of a report. Reports and columns that one of the versions does not have are left out. `lines` is the number of
 * differences, of which the file has the first 10,000.
 */
export const writeChanges = (
  duckDb: DuckDb,
  directory: string,
  before: (report: string) => Promise<string | undefined>,
): Promise<{ entry: ReportEntry; lines: number }> =>
  duckDb.connected(async (connection) => {
    const pathsOf = async (report: string) => {
      const [old, own] = [await before(report), join(directory, `${report}.parquet`)];
      if (old === undefined) return undefined;
      const known = new Set(await columnsOf(connection, old));
      const common = (await columnsOf(connection, own)).filter((name) => known.has(name));
      return { before: old, after: own, common };
    };
    const facts = await pathsOf('facts');
    const moved = facts ? movedFacts(facts.before, facts.after, facts.common) : [noMovedFacts];
    for (const sql of [changeTable, ...moved]) await connection.run(sql);
    for (const [position, report] of reports.entries()) {
      const paths = report.name === 'facts' ? undefined : await pathsOf(report.name);
      if (paths) await connection.run(changedCells(report, position, paths));
    }
    const [counted] = Count.parse(await connection.rows('SELECT count(*) AS lines FROM change_line'));
    const lines = counted?.lines ?? 0;
    const path = join(directory, 'changes.csv');
    await connection.run(
      `COPY (SELECT ${changeColumns.map(csvCell).join(', ')} FROM change_line ORDER BY position, "row", "column" LIMIT ${maxLines})
       TO ${literal(path)} (FORMAT csv, HEADER true, NEW_LINE '\\r\\n')`,
    );
    const entry = { name: 'changes', rows: Math.min(lines, maxLines), amounts: {}, files: [await fileEntry(path)] };
    return { entry, lines };
  });
