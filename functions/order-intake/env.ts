import * as z from 'zod';
import { Channels, SellingPolicy } from '../../shared/store.ts';
import { RiskPolicy } from './risk/risk.ts';

const json = z.string().transform((text): unknown => JSON.parse(text));

/** As `Env` reads it: three values are JSON text in the environment. */
export const ParsedEnv = z.object({
  ORDER_TABLE_NAME: z.string().min(1),
  STOCK_TABLE_NAME: z.string().min(1),
  CATALOG_TABLE_NAME: z.string().min(1),
  /** Who may place orders, by client id. */
  CHANNELS: json.pipe(Channels),
  SELLING: json.pipe(SellingPolicy),
  RISK_TABLE_NAME: z.string().min(1),
  RISK: json.pipe(RiskPolicy),
  /** Of the secret with which payment providers sign. */
  WEBHOOK_SECRET_ARN: z.string().min(1),
  ORDER_QUEUE_URL: z.string().min(1),
});

/** Of the function that imports files. */
export const ParsedImportEnv = ParsedEnv.pick({ ORDER_TABLE_NAME: true, CHANNELS: true, SELLING: true }).extend({
  ORDER_FILES_BUCKET_NAME: z.string().min(1),
});
export type ImportEnv = z.input<typeof ParsedImportEnv>;

/** Of the function that places what replaces returned goods. */
export const ParsedExchangeEnv = ParsedEnv.omit({
  ORDER_QUEUE_URL: true,
  WEBHOOK_SECRET_ARN: true,
  RISK_TABLE_NAME: true,
  RISK: true,
});
export type ExchangeEnv = z.input<typeof ParsedExchangeEnv>;

/** Of the function that writes exports. */
export const ParsedExportEnv = ParsedExchangeEnv.extend({
  ORDER_FILES_BUCKET_NAME: z.string().min(1),
});
export type ExportEnv = z.input<typeof ParsedExportEnv>;

/** What the function's environment must have; each value is text. */
export type Env = z.input<typeof ParsedEnv>;

/** Of the function that places queued orders. */
export const ParsedQueueEnv = ParsedExchangeEnv.omit({ CHANNELS: true });
export type QueueEnv = z.input<typeof ParsedQueueEnv>;

/** Of the functions that change orders by themselves. */
export const SweepEnv = z.object({
  ORDER_TABLE_NAME: z.string().min(1),
  STOCK_TABLE_NAME: z.string().min(1),
  /** IANA zone whose midnights bound the business days. */
  TIME_ZONE: z.string().min(1),
});
export type SweepEnv = z.infer<typeof SweepEnv>;

/** Of the function that Stripe tells. */
export const StripeEnv = SweepEnv.extend({ PAYMENT_PROVIDERS_SECRET_ARN: z.string().min(1) });
export type StripeEnv = z.infer<typeof StripeEnv>;

/** Of the function that assesses the risk of orders. */
export const ParsedRiskEnv = SweepEnv.extend({ RISK_TABLE_NAME: z.string().min(1), RISK: json.pipe(RiskPolicy) });
export type RiskEnv = z.input<typeof ParsedRiskEnv>;

/** Of the function that ends what was left in steps, and sends what was accepted and never sent. */
export const UnfinishedSweepEnv = SweepEnv.extend({ ORDER_QUEUE_URL: z.string().min(1) });
export type UnfinishedSweepEnv = z.infer<typeof UnfinishedSweepEnv>;
