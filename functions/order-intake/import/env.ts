import * as z from 'zod';
import { jsonVariable } from '../../../shared/lambda/json-variable.ts';
import { Channels, SellingPolicy, WarehouseCodes } from '../../../shared/store.ts';

/** The variables of `order-file-uploaded`. */
export const ImportEnv = z.object({
  ORDER_TABLE_NAME: z.string().min(1),
  CHANNELS: jsonVariable(Channels),
  SELLING: jsonVariable(SellingPolicy),
  SETTINGS_TABLE_NAME: z.string().min(1),
  /** In force until staff set warehouses. */
  WAREHOUSE_CODES: jsonVariable(WarehouseCodes),
  /** Size of the largest file that is read. */
  MAX_FILE_BYTES: jsonVariable(z.int().positive()),
  ORDER_FILES_BUCKET_NAME: z.string().min(1),
});
export type ImportEnv = z.input<typeof ImportEnv>;
