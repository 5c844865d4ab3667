import * as z from 'zod';
import { PriceGuard } from '../../shared/catalog/price-guard.ts';
import { Channels } from '../../shared/store.ts';
import { jsonVariable } from '../../shared/lambda/json-variable.ts';

export const IndexEnv = z.object({ CATALOG_TABLE_NAME: z.string().min(1) });
export type IndexEnv = z.infer<typeof IndexEnv>;

/** `TIME_ZONE` is the IANA zone of the business days, `TAX_CATEGORIES` are in force until staff set tax zones. */
export const Env = IndexEnv.extend({
  CURSOR_SECRET_ARN: z.string().min(1),
  TIME_ZONE: z.string().min(1),
  /** By client id. */
  CHANNELS: jsonVariable(Channels),
  SETTINGS_TABLE_NAME: z.string().min(1),
  /** Prices that were offered depend on the promotions in force then. */
  PROMOTION_TABLE_NAME: z.string().min(1),
  TAX_CATEGORIES: jsonVariable(z.array(z.string()).min(1)),
  PRICE_GUARD: jsonVariable(PriceGuard),
  CATALOG_FILES_BUCKET_NAME: z.string().min(1),
  /** Unfinished exports of a client. */
  EXPORTS_AT_ONCE: jsonVariable(z.int().positive()),
});
export type Env = z.input<typeof Env>;
