import * as z from 'zod';
import { type Cause, newEvent } from '../../../shared/contracts/define-event.ts';
import { PromotionsSwitched } from '../../../shared/contracts/promotions/events.ts';
import { type Database, readBatch, transact } from '../../../shared/dynamodb/database.ts';
import { outboxItem } from '../../../shared/dynamodb/outbox.ts';
import type { PromotionHead } from '../../../shared/promotions/promotion-head.ts';
import { createPromotionSetStore } from '../../../shared/promotions/promotion-set-store.ts';

const switchKey = { pk: 'PROMOTIONS#SWITCH', sk: 'SWITCH' };
const LastSwitch = z.object({ changedBy: z.string(), changedAt: z.string(), comment: z.string().optional() });

export type SwitchState = { head: PromotionHead | undefined; last: z.infer<typeof LastSwitch> | undefined };

/** The switch of all promotions: a member of the heads, which every quote and order reads. */
export function createSwitchStore(db: Database, tables: { PROMOTION_TABLE_NAME: string }) {
  const { PROMOTION_TABLE_NAME: table } = tables;
  const sets = createPromotionSetStore(db, tables);
  return {
    async read(): Promise<SwitchState> {
      const [{ head }, items] = await Promise.all([sets.current(), readBatch(db, { [table]: [switchKey] }, true)]);
      const [item] = items.get(table) ?? [];
      return { head, last: item === undefined ? undefined : LastSwitch.parse(item) };
    },

    /** Switches in one transaction with the event and who did it, if the head is that of `current`. */
    write(
      { head }: SwitchState,
      { disabled, ...last }: z.infer<typeof LastSwitch> & { disabled: boolean },
      cause: Cause,
    ): Promise<'done' | 'version-conflict'> {
      const data = { disabled, by: last.changedBy, version: (head?.version ?? 0) + 1 };
      return transact(db, [
        ...sets.switchActions(head, disabled),
        { Put: { TableName: table, Item: { ...switchKey, ...last } } },
        { Put: { TableName: table, Item: outboxItem(switchKey.pk, newEvent(PromotionsSwitched, data, cause)) } },
      ]);
    },
  };
}
export type SwitchStore = ReturnType<typeof createSwitchStore>;
