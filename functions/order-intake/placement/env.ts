import * as z from 'zod';
import { jsonVariable } from '../../../shared/lambda/json-variable.ts';
import { Channels, SellingPolicy } from '../../../shared/store.ts';

/** The variables of the function that places orders and reads one. */
export const PlacementEnv = z.object({
  ORDER_TABLE_NAME: z.string().min(1),
  STOCK_TABLE_NAME: z.string().min(1),
  CATALOG_TABLE_NAME: z.string().min(1),
  SETTINGS_TABLE_NAME: z.string().min(1),
  PROMOTION_TABLE_NAME: z.string().min(1),
  /** The key of signed quotes. */
  QUOTE_SECRET_ARN: z.string().min(1),
  /** By client id. */
  CHANNELS: jsonVariable(Channels),
  SELLING: jsonVariable(SellingPolicy),
  ORDER_QUEUE_URL: z.string().min(1),
});
export type PlacementEnv = z.input<typeof PlacementEnv>;
