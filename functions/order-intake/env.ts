import * as z from 'zod';
import { Channels, SellingPolicy } from '../../shared/store.ts';

const json = z.string().transform((text): unknown => JSON.parse(text));

/** As `Env` reads it: two values are JSON text in the environment. */
export const ParsedEnv = z.object({
  ORDER_TABLE_NAME: z.string().min(1),
  STOCK_TABLE_NAME: z.string().min(1),
  CATALOG_TABLE_NAME: z.string().min(1),
  /** Who may place orders, by client id. */
  CHANNELS: json.pipe(Channels),
  SELLING: json.pipe(SellingPolicy),
});

/** Of the function that imports files. */
export const ParsedImportEnv = ParsedEnv.omit({ STOCK_TABLE_NAME: true, CATALOG_TABLE_NAME: true }).extend({
  ORDER_FILES_BUCKET_NAME: z.string().min(1),
});
export type ImportEnv = z.input<typeof ParsedImportEnv>;

/** Of the function that writes exports. */
export const ParsedExportEnv = ParsedEnv.extend({ ORDER_FILES_BUCKET_NAME: z.string().min(1) });
export type ExportEnv = z.input<typeof ParsedExportEnv>;

/** What the function's environment must have; each value is text. */
export type Env = z.input<typeof ParsedEnv>;
