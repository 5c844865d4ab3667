import * as z from 'zod';
import { jsonVariable } from '../../../shared/lambda/json-variable.ts';
import { RiskPolicy } from './risk-score.ts';

/** The variables of `risk`. */
export const RiskEnv = z.object({
  ORDER_TABLE_NAME: z.string().min(1),
  STOCK_TABLE_NAME: z.string().min(1),
  PROMOTION_TABLE_NAME: z.string().min(1),
  /** IANA zone of the business days. */
  TIME_ZONE: z.string().min(1),
  RISK_TABLE_NAME: z.string().min(1),
  RISK: jsonVariable(RiskPolicy),
});
export type RiskEnv = z.input<typeof RiskEnv>;
