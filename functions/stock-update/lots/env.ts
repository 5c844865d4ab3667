import * as z from 'zod';

export const ShipmentEnv = z.object({
  STOCK_TABLE_NAME: z.string().min(1),
  /** IANA time zone of the store: a lot expires at the end of a day there. */
  TIME_ZONE: z.string().min(1),
});
export type ShipmentEnv = z.infer<typeof ShipmentEnv>;
