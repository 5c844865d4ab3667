import * as z from 'zod';
import { jsonVariable } from '../../../shared/lambda/json-variable.ts';
import { WarehouseCodes } from '../../../shared/store.ts';
import { StoreEnv } from '../stock/env.ts';

export const FileEnv = StoreEnv.extend({
  INBOX_BUCKET_NAME: z.string().min(1),
  WAREHOUSE_CODES: jsonVariable(WarehouseCodes),
});
export type FileEnv = z.input<typeof FileEnv>;
