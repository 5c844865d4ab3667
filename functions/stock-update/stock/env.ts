import * as z from 'zod';

/** Environment of each function that applies movements. */
export const StoreEnv = z.object({ STOCK_TABLE_NAME: z.string().min(1), CATALOG_TABLE_NAME: z.string().min(1) });
export type StoreEnv = z.infer<typeof StoreEnv>;
