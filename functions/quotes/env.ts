import * as z from 'zod';
import { jsonVariable } from '../../shared/lambda/json-variable.ts';
import { Channels, SellingPolicy } from '../../shared/store.ts';

export const Env = z.object({
  ORDER_TABLE_NAME: z.string().min(1),
  CATALOG_TABLE_NAME: z.string().min(1),
  SETTINGS_TABLE_NAME: z.string().min(1),
  PROMOTION_TABLE_NAME: z.string().min(1),
  STOCK_TABLE_NAME: z.string().min(1),
  /** The key of signed quotes. */
  QUOTE_SECRET_ARN: z.string().min(1),
  /** How long a signed quote is valid. */
  QUOTE_VALID_MINUTES: jsonVariable(z.int().positive()),
  /** By client id. */
  CHANNELS: jsonVariable(Channels),
  SELLING: jsonVariable(SellingPolicy),
});
export type Env = z.input<typeof Env>;
