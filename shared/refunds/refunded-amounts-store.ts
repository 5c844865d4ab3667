import * as z from 'zod';
import { type Database, readBatch } from '../dynamodb/database.ts';
import { isPaymentComponent } from './component-values.ts';
import type { RefundedAmounts } from './refunded-amounts.ts';
import { ledgerKey } from './refunded-units.ts';

/** The fields of a refund ledger that an order records. */
const Ledger = z.object({
  version: z.int().positive(),
  pots: z.record(z.string(), z.object({ refunded: z.object({ minor: z.int().nonnegative() }) })),
});

/** Reads the refunded amounts of an order from its refund ledger, which refund-approval writes. */
export const createRefundedAmountsStore = (
  db: Database,
  { REFUND_TABLE_NAME: table }: { REFUND_TABLE_NAME: string },
) => ({
  /** Strongly consistent; undefined for an order without a refund. */
  async refundedAmounts(orderId: string): Promise<RefundedAmounts | undefined> {
    const [item] = (await readBatch(db, { [table]: [ledgerKey(orderId)] }, true)).get(table) ?? [];
    if (item === undefined) return undefined;
    const { version, pots } = Ledger.parse(item);
    const amounts = Object.entries(pots)
      .filter(([pot, { refunded }]) => !isPaymentComponent(pot) && refunded.minor > 0)
      .map(([pot, { refunded }]) => ({ pot, minor: refunded.minor }));
    return { version, amounts };
  },
});
