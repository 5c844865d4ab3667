import * as z from 'zod';
import { MovementSettingsEnv, StoreEnv } from '../stock/env.ts';

export const FileEnv = StoreEnv.extend({
  INBOX_BUCKET_NAME: z.string().min(1),
  ...MovementSettingsEnv.shape,
});
export type FileEnv = z.input<typeof FileEnv>;
