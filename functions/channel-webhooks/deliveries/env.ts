import * as z from 'zod';
import { loopback } from '../endpoints/env.ts';
import { jsonVariable } from '../../../shared/lambda/json-variable.ts';
import { Channels } from '../../../shared/store.ts';
import { WebhookRetryPolicy } from './decide.ts';

export const FanOutEnv = z.object({
  WEBHOOK_TABLE_NAME: z.string().min(1),
  ORDER_TABLE_NAME: z.string().min(1),
  DELIVERY_QUEUE_URL: z.url(),
});
export type FanOutEnv = z.infer<typeof FanOutEnv>;

export const ParsedDeliverEnv = FanOutEnv.extend({
  ...loopback,
  RETRYING: jsonVariable(WebhookRetryPolicy),
  /** By client id. */
  CHANNELS: jsonVariable(Channels),
});
export type DeliverEnv = z.input<typeof ParsedDeliverEnv>;
