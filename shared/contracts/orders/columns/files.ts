import * as z from 'zod';
import { count, FailedFile, processedFile } from '../../../csv/file-summary.ts';
import { defineFile } from '../../define-file.ts';
import { orderColumns, orderResultColumns } from '../file-columns.ts';

/** The summary of a file of orders that was not stopped by a defect. */
export const ProcessedOrderFile = z.object({
  ...processedFile,
  imported: count('Number of orders that this upload imported', 180),
  alreadyImported: count('Number of orders that an earlier upload imported', 2),
  badRows: count('Number of rows that were not imported; the result file has each with its reason', 1),
});

export const orderFileSummary = defineFile({
  bucket: 'OrderFilesBucketName',
  key: 'results/{name}.json',
  content: { json: z.union([ProcessedOrderFile, FailedFile]) },
  description: 'Summary of `imports/{name}.csv`, written last.',
});

export const orderFile = defineFile({
  bucket: 'OrderFilesBucketName',
  key: 'imports/{name}.csv',
  content: { columns: orderColumns },
  summary: orderFileSummary,
  description: 'Upload of past orders: a row per line of an order. An export can be uploaded.',
});

export const orderFileResult = defineFile({
  bucket: 'OrderFilesBucketName',
  key: 'results/{name}.csv',
  content: { columns: orderResultColumns },
  description: 'The rows of `imports/{name}.csv` that were not imported.',
});

export const orderExport = defineFile({
  bucket: 'OrderFilesBucketName',
  key: 'exports/{exportId}.csv',
  content: { columns: orderColumns },
  description: 'Export by `POST /orders/exports`: a row per line of an order.',
});
