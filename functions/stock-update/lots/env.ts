import type * as z from 'zod';
import { StoreEnv } from '../stock/env.ts';

export const LotEnv = StoreEnv.omit({ CATALOG_TABLE_NAME: true });
export type LotEnv = z.infer<typeof LotEnv>;
