import * as z from 'zod';
import { type Action, type Database, readBatch } from '../dynamodb/database.ts';
import { expectVersion } from '../dynamodb/expect-version.ts';
import { ledgerKey, RefundedUnits } from './refunded-units.ts';

/** The fields of a refund ledger that a shipment depends on. Ledgers before 2026-11-30 have no units. */
const Ledger = z.object({ version: z.int().nonnegative(), unshipped: z.array(RefundedUnits).default([]) });
const LedgerOfOrder = Ledger.extend({ pk: z.string() });

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

    /** The refunded units of several orders; orders without any are absent. */
    async unitsOf(orderIds: readonly string[]): Promise<Map<string, RefundedUnits[]>> {
      const idsByKey = new Map(orderIds.map((orderId) => [ledgerKey(orderId).pk, orderId]));
      const keys = orderIds.map((orderId) => ledgerKey(orderId));
      const items = (await readBatch(db, { [table]: keys }, true)).get(table) ?? [];
      const ledgers = items.map((item) => LedgerOfOrder.parse(item)).filter(({ unshipped }) => unshipped.length > 0);
      return new Map(ledgers.map(({ pk, unshipped }) => [idsByKey.get(pk) ?? '', unshipped]));
    },
  };
}
export type RefundedUnitsStore = ReturnType<typeof createRefundedUnitsStore>;
