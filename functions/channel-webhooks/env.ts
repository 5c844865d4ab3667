import * as z from 'zod';
import { jsonVariable } from '../../shared/lambda/json-variable.ts';
import { Channels } from '../../shared/store.ts';
import { FanOutEnv } from './deliveries/env.ts';
import { loopback } from './endpoints/env.ts';

/** Environment of the HTTP API. */
export const ParsedApiEnv = FanOutEnv.extend({
  ...loopback,
  CURSOR_SECRET_ARN: z.string().min(1),
  CHANNELS: jsonVariable(Channels),
  WEBHOOK_CHALLENGED: z.enum(['public', 'all']),
});
export type ApiEnv = z.input<typeof ParsedApiEnv>;
