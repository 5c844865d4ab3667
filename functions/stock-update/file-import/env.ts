import * as z from 'zod';
import { jsonVariable } from '../../../shared/lambda/json-variable.ts';
import { MovementSettingsEnv, StoreEnv } from '../stock/env.ts';

export const FileEnv = StoreEnv.extend({
  INBOX_BUCKET_NAME: z.string().min(1),
  ...MovementSettingsEnv.shape,
  /** Size of the largest file that is read. */
  MAX_FILE_BYTES: jsonVariable(z.int().positive()),
});
export type FileEnv = z.input<typeof FileEnv>;
