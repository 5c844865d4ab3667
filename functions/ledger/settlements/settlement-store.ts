import * as z from 'zod';
import { type Cause, newEvent } from '../../../shared/contracts/define-event.ts';
import { SettlementLineRecorded } from '../../../shared/contracts/ledger/settlement-events.ts';
import { SettlementLine } from '../../../shared/contracts/ledger/settlement-routes.ts';
import { type Database, readBatch, transact } from '../../../shared/dynamodb/database.ts';
import { outboxItem } from '../../../shared/dynamodb/outbox.ts';

const StoredLine = z.object({ line: SettlementLine, eventId: z.string() });
export type StoredLine = z.infer<typeof StoredLine>;

const lineKey = (provider: string, lineId: string) => ({ pk: `SETTLEMENT#${provider}#${lineId}`, sk: 'LINE' });

/** The lines of providers' statements, each once. */
export const createSettlementStore = (db: Database, TableName: string) => ({
  async lines(provider: string, lineIds: readonly string[]): Promise<Map<string, StoredLine>> {
    const keys = lineIds.map((lineId) => lineKey(provider, lineId));
    const items = (await readBatch(db, { [TableName]: keys }, true)).get(TableName) ?? [];
    return new Map(items.map((item) => StoredLine.parse(item)).map((stored) => [stored.line.lineId, stored]));
  },

  /** Records lines with their events together, or none if one was recorded meanwhile. */
  async record(provider: string, lines: readonly SettlementLine[], cause: Cause) {
    const written = lines.map((line) => {
      const event = newEvent(SettlementLineRecorded, { provider, ...line }, cause, line.occurredAt);
      return { line, event, eventId: event.detail.metadata.eventId };
    });
    const outcome = await transact(
      db,
      written.flatMap(({ line, event, eventId }) => {
        const key = lineKey(provider, line.lineId);
        return [
          { Put: { TableName, Item: { ...key, line, eventId }, ConditionExpression: 'attribute_not_exists(pk)' } },
          { Put: { TableName, Item: outboxItem(key.pk, event) } },
        ];
      }),
    );
    return outcome === 'done' ? written.map(({ line, eventId }): StoredLine => ({ line, eventId })) : outcome;
  },
});
export type SettlementStore = ReturnType<typeof createSettlementStore>;
