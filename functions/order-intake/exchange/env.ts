import * as z from 'zod';
import { jsonVariable } from '../../../shared/lambda/json-variable.ts';
import { Channels, SellingPolicy } from '../../../shared/store.ts';

/** The variables of `exchange`. */
export const ExchangeEnv = z.object({
  ORDER_TABLE_NAME: z.string().min(1),
  STOCK_TABLE_NAME: z.string().min(1),
  CATALOG_TABLE_NAME: z.string().min(1),
  SETTINGS_TABLE_NAME: z.string().min(1),
  PROMOTION_TABLE_NAME: z.string().min(1),
  CHANNELS: jsonVariable(Channels),
  SELLING: jsonVariable(SellingPolicy),
});
export type ExchangeEnv = z.input<typeof ExchangeEnv>;
