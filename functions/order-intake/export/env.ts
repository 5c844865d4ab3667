import * as z from 'zod';
import { jsonVariable } from '../../../shared/lambda/json-variable.ts';
import { Channels, SellingPolicy } from '../../../shared/store.ts';

/** The variables of `order-export`. */
export const ExportEnv = z.object({
  ORDER_TABLE_NAME: z.string().min(1),
  STOCK_TABLE_NAME: z.string().min(1),
  PROMOTION_TABLE_NAME: z.string().min(1),
  CHANNELS: jsonVariable(Channels),
  SELLING: jsonVariable(SellingPolicy),
  ORDER_FILES_BUCKET_NAME: z.string().min(1),
});
export type ExportEnv = z.input<typeof ExportEnv>;
