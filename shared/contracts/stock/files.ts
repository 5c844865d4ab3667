import * as z from 'zod';
import { StoredText } from '../bounds.ts';
import { count, FailedFile, processedFile } from '../../csv/file-summary.ts';
import { defineFile } from '../define-file.ts';
import { movementColumns, movementResultColumns } from './file-columns.ts';

/** The summary of a file of movements that was not stopped by a defect. */
export const ProcessedMovementFile = z.object({
  ...processedFile,
  accepted: count('Number of movements that were applied, by this or an earlier upload', 180),
  rejected: count('Number of rows that were not applied; the result file has each with its reason', 2),
  reasons: z
    .record(StoredText, z.int())
    .meta({ description: 'Number of rejected rows by reason; malformed rows have `invalid`', example: { invalid: 2 } }),
});

export const movementFileSummary = defineFile({
  bucket: 'StockInboxBucketName',
  key: 'results/{name}.json',
  content: { json: z.union([ProcessedMovementFile, FailedFile]) },
  description: 'Summary of `movements/{name}.csv`, written last.',
});

export const movementFile = defineFile({
  bucket: 'StockInboxBucketName',
  key: 'movements/{name}.csv',
  content: { columns: movementColumns },
  summary: movementFileSummary,
  description: 'Upload of stock movements: a row per movement.',
});

export const movementFileResult = defineFile({
  bucket: 'StockInboxBucketName',
  key: 'results/{name}.csv',
  content: { columns: movementResultColumns },
  description: 'The result of each row of `movements/{name}.csv`.',
});
