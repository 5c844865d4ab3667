import * as z from 'zod';
import { type Action, type Database, readBatch } from '../../../shared/dynamodb/database.ts';
import { expectVersion } from '../../../shared/dynamodb/expect-version.ts';
import { ledgerKey, RefundedUnits } from '../../../shared/refunds/refunded-units.ts';

/** The fields of a refund ledger that a shipment depends on. Ledgers before 2026-11-30 have no units. */
const Ledger = z.object({ version: z.int().nonnegative(), unshipped: z.array(RefundedUnits).default([]) });

/** Reads the refunded units of orders from their refund ledgers, which refund-approval writes. */
export function createRefundedUnitsStore(db: Database, { REFUND_TABLE_NAME: table }: { REFUND_TABLE_NAME: string }) {
  return {
    /** The refunded units, and the condition that no refund of the order changed them since. */
    async read(orderId: string): Promise<{ units: RefundedUnits[]; unchanged: Action }> {
      const key = ledgerKey(orderId);
      const [item] = (await readBatch(db, { [table]: [key] }, true)).get(table) ?? [];
      const { version, unshipped } = item === undefined ? { version: 0, unshipped: [] } : Ledger.parse(item);
      return {
        units: unshipped,
        unchanged: { ConditionCheck: { TableName: table, Key: key, ...expectVersion(version) } },
      };
    },
  };
}
export type RefundedUnitsStore = ReturnType<typeof createRefundedUnitsStore>;
