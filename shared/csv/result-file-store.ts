import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { type DetectedFormat, refusalOf, type RowProblem } from './read.ts';
import { csvFile, csvHeader, csvLine } from './write.ts';

/** Rows of a file by result; `reasons` counts the rejected ones. */
export type RowSummary = {
  rows: number;
  accepted: number;
  rejected: number;
  reasons: Record<string, number>;
  refused?: string;
} & DetectedFormat;

/**
 * Result of each row of a file, with the columns row, key, status and reason, written to `path` at once so that memory does
 * not grow with the file.
 */
export function createResultFile(path: string, columns: readonly string[]) {
  const summary: RowSummary = { rows: 0, accepted: 0, rejected: 0, reasons: {} };
  const reasons = new Map<string, number>();
  const file = createWriteStream(path);
  const write = async (line: string) => {
    if (!file.write(line)) await once(file, 'drain');
  };
  void write(csvHeader(columns));

  return {
    /** A row without a `reason` was accepted, by this or an earlier run. */
    async add(row: number, key: string, reason: string | undefined): Promise<void> {
      summary.rows += 1;
      if (reason === undefined) summary.accepted += 1;
      else {
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
    async close(): Promise<{ summary: RowSummary; bytes: number }> {
      file.end();
      await finished(file);
      return { summary: { ...summary, reasons: Object.fromEntries(reasons) }, bytes: (await stat(path)).size };
    },
  };
}
export type ResultFile = Pick<ReturnType<typeof createResultFile>, 'add' | 'describe' | 'refuse'>;

/** The result of a file that is not read. */
export const refusedFile = (refused: string, columns: readonly string[]): { summary: RowSummary; csv: string } => ({
  summary: { rows: 0, accepted: 0, rejected: 0, reasons: {}, refused },
  csv: csvFile(columns, [[1, '', 'rejected', refused]]),
});
