import * as z from 'zod';
import { PriceGuard } from '../../../shared/catalog/price-guard.ts';
import { jsonVariable } from '../../../shared/lambda/json-variable.ts';
import { Channels, SellingPolicy } from '../../../shared/store.ts';

/** Environment of the functions that request analyses without a caller. */
export const ReplayRequestEnv = z.object({
  PROMOTION_TABLE_NAME: z.string().min(1),
  /** IANA zone of the business days. */
  TIME_ZONE: z.string().min(1),
});
export type ReplayRequestEnv = z.infer<typeof ReplayRequestEnv>;

/** Environment of the function that requests analyses, and reads their results. */
export const AnalysisApiEnv = ReplayRequestEnv.extend({
  REPORTS_BUCKET_NAME: z.string().min(1),
  CATALOG_TABLE_NAME: z.string().min(1),
  SETTINGS_TABLE_NAME: z.string().min(1),
  /** By client id. */
  CHANNELS: jsonVariable(Channels),
  SELLING: jsonVariable(SellingPolicy),
  PRICE_GUARD: jsonVariable(PriceGuard),
});
export type AnalysisApiEnv = z.input<typeof AnalysisApiEnv>;

/** Environment of the function that makes analyses. */
export const AnalysisJobEnv = AnalysisApiEnv.omit({ TIME_ZONE: true }).extend({ LAKE_BUCKET_NAME: z.string().min(1) });
export type AnalysisJobEnv = z.input<typeof AnalysisJobEnv>;
