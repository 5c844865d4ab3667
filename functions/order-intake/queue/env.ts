import * as z from 'zod';
import { jsonVariable } from '../../../shared/lambda/json-variable.ts';
import { SellingPolicy } from '../../../shared/store.ts';

/** The variables of `queued-orders`. */
export const QueueEnv = z.object({
  ORDER_TABLE_NAME: z.string().min(1),
  STOCK_TABLE_NAME: z.string().min(1),
  CATALOG_TABLE_NAME: z.string().min(1),
  SETTINGS_TABLE_NAME: z.string().min(1),
  PROMOTION_TABLE_NAME: z.string().min(1),
  /** The key of signed quotes. */
  QUOTE_SECRET_ARN: z.string().min(1),
  SELLING: jsonVariable(SellingPolicy),
});
export type QueueEnv = z.input<typeof QueueEnv>;
