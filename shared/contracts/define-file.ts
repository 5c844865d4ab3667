import type * as z from 'zod';
import type { Columns } from '../csv/columns.ts';

/** A kind of file in S3. The AsyncAPI document derives from it. */
type FileKind = {
  /** Stack output with the name of the bucket. */
  bucket: 'CatalogFilesBucketName' | 'OrderFilesBucketName' | 'StockInboxBucketName' | 'ReportsBucketName';
  /** Key of a file, with its parameters in braces. */
  key: string;
  description: string;
  content: { columns: Columns } | { json: z.ZodType };
  /** The store reads files with a summary, which it writes last. */
  summary?: FileKind;
};

export const defineFile = <const F extends FileKind>(file: F): F & { isFile: true } => ({ ...file, isFile: true });
export type FileDefinition = FileKind & { isFile: true };
