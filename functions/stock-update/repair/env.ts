import * as z from 'zod';

export const RepairEnv = z.object({
  STOCK_TABLE_NAME: z.string().min(1),
  STOCK_AUDIT_TABLE_NAME: z.string().min(1),
  ORDER_TABLE_NAME: z.string().min(1),
  REPORTS_BUCKET_NAME: z.string().min(1),
});
export type RepairEnv = z.infer<typeof RepairEnv>;
