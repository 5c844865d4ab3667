import * as z from 'zod';
import { PriceGuard } from '../../../shared/catalog/price-guard.ts';
import { jsonVariable } from '../../../shared/lambda/json-variable.ts';

/** `TIME_ZONE` is the zone of schedules without one of their own. */
export const CompileEnv = z.object({
  PROMOTION_TABLE_NAME: z.string().min(1),
  CATALOG_TABLE_NAME: z.string().min(1),
  TIME_ZONE: z.string().min(1),
  PRICE_GUARD: jsonVariable(PriceGuard),
});
export type CompileEnv = z.input<typeof CompileEnv>;
