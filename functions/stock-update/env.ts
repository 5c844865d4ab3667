import * as z from 'zod';
import { IdleLevels } from './idle.ts';

/** What every function needs that changes stock. */
export const StoreEnv = z.object({ STOCK_TABLE_NAME: z.string().min(1), CATALOG_TABLE_NAME: z.string().min(1) });
export type StoreEnv = z.infer<typeof StoreEnv>;

export const Env = StoreEnv.extend({
  STOCK_AUDIT_TABLE_NAME: z.string().min(1),
  /** IANA zone whose days decide whether a lot is expired. */
  TIME_ZONE: z.string().min(1),
});
export type Env = z.infer<typeof Env>;

/** What the function needs that takes messages. */
export const MessageEnv = StoreEnv.extend({ MOVEMENT_QUEUE_URL: z.url() });
export type MessageEnv = z.infer<typeof MessageEnv>;

/** What the function needs that reads files. */
export const FileEnv = StoreEnv.extend({ INBOX_BUCKET_NAME: z.string().min(1) });
export type FileEnv = z.infer<typeof FileEnv>;

/** What the function needs that raises alerts. */
export const AlertEnv = StoreEnv.pick({ STOCK_TABLE_NAME: true });
export type AlertEnv = z.infer<typeof AlertEnv>;

/** What the function needs that looks for stock which does not sell; the levels are JSON text in the environment. */
export const ParsedIdleEnv = AlertEnv.extend({
  IDLE_LEVELS: z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(IdleLevels),
});
export type IdleEnv = z.input<typeof ParsedIdleEnv>;

/** What the function needs that takes what is shipped out of lots. */
export const ShipmentEnv = AlertEnv.extend({ TIME_ZONE: z.string().min(1) });
export type ShipmentEnv = z.infer<typeof ShipmentEnv>;

/** What the function needs that repairs what an audit found. */
export const RepairEnv = StoreEnv.pick({ STOCK_TABLE_NAME: true }).extend({
  STOCK_AUDIT_TABLE_NAME: z.string().min(1),
  ORDER_TABLE_NAME: z.string().min(1),
  REPORTS_BUCKET_NAME: z.string().min(1),
});
export type RepairEnv = z.infer<typeof RepairEnv>;
