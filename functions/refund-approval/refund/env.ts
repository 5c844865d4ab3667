import * as z from 'zod';

/** The tables that every function of the workflow reads. */
export const TablesEnv = z.object({
  REFUND_TABLE_NAME: z.string().min(1),
  ORDER_TABLE_NAME: z.string().min(1),
});
export type TablesEnv = z.infer<typeof TablesEnv>;
