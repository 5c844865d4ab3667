import * as z from 'zod';
import { TablesEnv } from '../refund/env.ts';

/** The environment of the functions that pay, parsed. */
export const ParsedEnv = TablesEnv.extend({
  PAYMENT_PROVIDERS_SECRET_ARN: z.string().min(1),
  /** How long one request to a provider may take. */
  PROVIDER_TIMEOUT_SECONDS: z.coerce.number().positive(),
});
/** Each value is text. */
export type Env = Record<keyof z.infer<typeof ParsedEnv>, string>;
