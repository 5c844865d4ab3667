import * as z from 'zod';
import { Channels } from '../../shared/store.ts';
import { FanOutEnv, json, loopback } from './deliveries/env.ts';

/** Environment of the HTTP API. */
export const ParsedApiEnv = FanOutEnv.extend({ ...loopback, CHANNELS: json.pipe(Channels) });
export type ApiEnv = z.input<typeof ParsedApiEnv>;
