import * as z from 'zod';
import { jsonVariable } from '../../shared/lambda/json-variable.ts';
import { WebhookProvider } from '../../shared/payments/webhook-secret.ts';
import { Channels, SellingPolicy, WarehouseCodes } from '../../shared/store.ts';
import { RiskPolicy } from './risk/risk-score.ts';

/** The variables of the function that serves HTTP. */
export const Env = z.object({
  ORDER_TABLE_NAME: z.string().min(1),
  STOCK_TABLE_NAME: z.string().min(1),
  PROMOTION_TABLE_NAME: z.string().min(1),
  CATALOG_TABLE_NAME: z.string().min(1),
  SETTINGS_TABLE_NAME: z.string().min(1),
  /** By client id. */
  CHANNELS: jsonVariable(Channels),
  SELLING: jsonVariable(SellingPolicy),
  /** In force until staff set warehouses. */
  WAREHOUSE_CODES: jsonVariable(WarehouseCodes),
  RISK_TABLE_NAME: z.string().min(1),
  REFUND_TABLE_NAME: z.string().min(1),
  RISK: jsonVariable(RiskPolicy),
  /** ARN of the secret that signs the webhooks of a payment provider, by provider. */
  WEBHOOK_SECRET_ARNS: jsonVariable(z.record(WebhookProvider, z.string().min(1))),
  /** ARN of the secret from which the key of cursors derives. */
  CURSOR_SECRET_ARN: z.string().min(1),
  /** Unfinished exports that a client has at most. */
  EXPORTS_AT_ONCE: jsonVariable(z.int().positive()),
  ORDER_QUEUE_URL: z.string().min(1),
  /** Days before its expiry day on which a lot is no longer sold. */
  DAYS_BEFORE_EXPIRY: z.string().regex(/^\d{1,3}$/),
});
export type Env = z.input<typeof Env>;

/** The variables of `unfinished-sweep`. */
export const UnfinishedSweepEnv = z.object({
  ORDER_TABLE_NAME: z.string().min(1),
  STOCK_TABLE_NAME: z.string().min(1),
  PROMOTION_TABLE_NAME: z.string().min(1),
  /** IANA zone of the business days. */
  TIME_ZONE: z.string().min(1),
  ORDER_QUEUE_URL: z.string().min(1),
});
export type UnfinishedSweepEnv = z.infer<typeof UnfinishedSweepEnv>;
