import * as z from 'zod';
import { PriceGuard } from '../../shared/catalog/price-guard.ts';
import { jsonVariable } from '../../shared/lambda/json-variable.ts';
import { Channels, SellingPolicy } from '../../shared/store.ts';

/** The variables of the function that serves HTTP. */
export const Env = z.object({
  PROMOTION_TABLE_NAME: z.string().min(1),
  CATALOG_TABLE_NAME: z.string().min(1),
  SETTINGS_TABLE_NAME: z.string().min(1),
  /** Prices of baskets with a promotion that is not in force. */
  STOCK_TABLE_NAME: z.string().min(1),
  PROMOTION_FILES_BUCKET_NAME: z.string().min(1),
  /** Has the baskets of the last year. */
  REPORTS_BUCKET_NAME: z.string().min(1),
  CURSOR_SECRET_ARN: z.string().min(1),
  /** By client id. */
  CHANNELS: jsonVariable(Channels),
  SELLING: jsonVariable(SellingPolicy),
  PRICE_GUARD: jsonVariable(PriceGuard),
});
export type Env = z.input<typeof Env>;
