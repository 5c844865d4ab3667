import * as z from 'zod';
import { PriceGuard } from '../../../shared/catalog/price-guard.ts';
import { jsonVariable } from '../../../shared/lambda/json-variable.ts';

/** The variables of `catalog-export`. */
export const ExportEnv = z.object({
  CATALOG_TABLE_NAME: z.string().min(1),
  CATALOG_FILES_BUCKET_NAME: z.string().min(1),
});
export type ExportEnv = z.infer<typeof ExportEnv>;

/** The variables of `catalog-file-uploaded`. `TAX_CATEGORIES` are in force until staff set tax zones. */
export const ImportEnv = ExportEnv.extend({
  SETTINGS_TABLE_NAME: z.string().min(1),
  /** IANA zone of launches without one. */
  TIME_ZONE: z.string().min(1),
  TAX_CATEGORIES: jsonVariable(z.array(z.string()).min(1)),
  PRICE_GUARD: jsonVariable(PriceGuard),
  /** Size of the largest file that is read. */
  MAX_FILE_BYTES: jsonVariable(z.int().positive()),
});
export type ImportEnv = z.input<typeof ImportEnv>;
