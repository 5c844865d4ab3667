import type * as z from 'zod';
import { catalogResultColumns } from '../../../shared/contracts/catalog/file-columns.ts';
import type { ProcessedCatalogFile } from '../../../shared/contracts/catalog/files.ts';
import type { DetectedFormat, RowProblem } from '../../../shared/csv/read.ts';
import * as rowResults from '../../../shared/csv/result-file-store.ts';
import type { Outcome } from './file-rows.ts';

export type Summary = Omit<z.infer<typeof ProcessedCatalogFile>, 'file'>;

const columns = Object.keys(catalogResultColumns);

/** Result of each row of a file; the summary also counts the rows that changed something. */
export function createResultFile(path: string) {
  const file = rowResults.createResultFile(path, columns);
  let changed = 0;

  return {
    describe: (format: DetectedFormat) => file.describe(format),
    refuse: (problem: RowProblem) => file.refuse(problem),

    async add(row: number, key: string, { reason, isChanged }: Outcome): Promise<void> {
      if (reason === undefined && isChanged) changed += 1;
      await file.add(row, key, reason);
    },

    async close(): Promise<{ summary: Summary; bytes: number }> {
      const { summary, bytes } = await file.close();
      return { summary: { ...summary, changed }, bytes };
    },
  };
}
export type ResultFile = Pick<ReturnType<typeof createResultFile>, 'add' | 'describe' | 'refuse'>;

/** The result of a file that is not read. */
export const refusedFile = (reason: string): { summary: Summary; csv: string } => {
  const { summary, csv } = rowResults.refusedFile(reason, columns);
  return { summary: { ...summary, changed: 0 }, csv };
};
