import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import type * as z from 'zod';
import { catalogResultColumns } from '../../../shared/contracts/catalog/file-columns.ts';
import type { ProcessedCatalogFile } from '../../../shared/contracts/catalog/files.ts';
import { type DetectedFormat, refusalOf, type RowProblem } from '../../../shared/csv/read.ts';
import { csvFile, csvHeader, csvLine } from '../../../shared/csv/write.ts';
import type { Outcome } from './file-rows.ts';

export type Summary = Omit<z.infer<typeof ProcessedCatalogFile>, 'file'>;

const columns = Object.keys(catalogResultColumns);
const emptySummary = { rows: 0, accepted: 0, changed: 0, rejected: 0, reasons: {} };

/** Result of each row of a file, written to `path` at once so that memory does not grow with the file. */
export function createResultFile(path: string) {
  const summary: Summary = { ...emptySummary };
  const reasons = new Map<string, number>();
  const file = createWriteStream(path);
  const write = async (line: string) => {
    if (!file.write(line)) await once(file, 'drain');
  };
  void write(csvHeader(columns));

  return {
    async add(row: number, key: string, { reason, isChanged }: Outcome): Promise<void> {
      summary.rows += 1;
      if (reason === undefined) {
        summary.accepted += 1;
        if (isChanged) summary.changed += 1;
      } else {
        summary.rejected += 1;
        const kind = /^[\w-]+/.exec(reason)?.[0] ?? reason;
        reasons.set(kind, (reasons.get(kind) ?? 0) + 1);
      }
      await write(csvLine([row, key, reason === undefined ? 'accepted' : 'rejected', reason]));
    },

    describe(format: DetectedFormat): void {
      Object.assign(summary, format);
    },

    /** The file was refused because of this row. No row was read. */
    async refuse({ row, reason }: RowProblem): Promise<void> {
      summary.refused = refusalOf({ row, reason });
      await write(csvLine([row, '', 'rejected', reason]));
    },

    /** Closes the file and returns its size in bytes. */
    async close(): Promise<{ summary: Summary; bytes: number }> {
      file.end();
      await finished(file);
      return { summary: { ...summary, reasons: Object.fromEntries(reasons) }, bytes: (await stat(path)).size };
    },
  };
}
export type ResultFile = Pick<ReturnType<typeof createResultFile>, 'add' | 'describe' | 'refuse'>;

/** The result of a file that is not read. */
export const refusedFile = (refused: string): { summary: Summary; csv: string } => ({
  summary: { ...emptySummary, refused },
  csv: csvFile(columns, [[1, '', 'rejected', refused]]),
});
