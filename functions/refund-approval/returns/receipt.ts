import * as z from 'zod';
import { ReceivedUnits } from '../../../shared/contracts/refunds/return-routes.ts';
import { CallerId, Instant, Warehouse } from '../../../shared/names.ts';

/** What one parcel brought, as its item holds it beside the keys. */
export const Receipt = z.object({
  refundId: z.string(),
  receiptId: CallerId,
  units: z.array(ReceivedUnits),
  warehouse: Warehouse.optional(),
  by: z.string(),
  at: Instant,
  /** Of what was told, to tell a repeated receipt from another one. */
  contentHash: z.string(),
});
export type Receipt = z.infer<typeof Receipt>;
