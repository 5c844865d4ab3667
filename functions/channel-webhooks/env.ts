import * as z from 'zod';
import { Channels } from '../../shared/store.ts';
import { Retrying } from './decide.ts';

const json = z.string().transform((text): unknown => JSON.parse(text));
const table = { WEBHOOK_TABLE_NAME: z.string().min(1), ORDER_TABLE_NAME: z.string().min(1) };
const queue = { DELIVERY_QUEUE_URL: z.url() };
/**
 * `allowed` lets endpoints be on this machine, over plain HTTP too. Set by the local engine only: in the cloud, loopback
 * is the function itself.
 */
const loopback = { STOREWORKS_WEBHOOK_LOOPBACK: z.literal('allowed').optional() };

export const FanOutEnv = z.object({ ...table, ...queue });
export type FanOutEnv = z.infer<typeof FanOutEnv>;

export const ParsedDeliverEnv = z.object({ ...table, ...queue, ...loopback, RETRYING: json.pipe(Retrying) });
export type DeliverEnv = z.input<typeof ParsedDeliverEnv>;

export const ParsedApiEnv = z.object({ ...table, ...queue, ...loopback, CHANNELS: json.pipe(Channels) });
export type ApiEnv = z.input<typeof ParsedApiEnv>;
