import { RaisedAlert } from '../../../shared/contracts/stock/alert-routes.ts';
import { type Database, readBatch, transact } from '../../../shared/dynamodb/database.ts';
import { sortKeyReader } from '../../../shared/dynamodb/sort-keys.ts';
import { alertIndex, alertKeyOf, raisedAlertKey } from './raised-alert.ts';

/** Alerts that were raised since 2026-11-30, and their acknowledgements. */
export const createRaisedAlertStore = (db: Database, { STOCK_TABLE_NAME: table }: { STOCK_TABLE_NAME: string }) => {
  const read = async (alertIds: readonly string[]): Promise<RaisedAlert[]> => {
    const items = (await readBatch(db, { [table]: alertIds.map(raisedAlertKey) }, true)).get(table) ?? [];
    return items.map((item) => RaisedAlert.parse(item));
  };
  return {
    newestKeys: sortKeyReader(db, table, alertIndex, 'down'),
    read,
    find: async (alertId: string): Promise<RaisedAlert | undefined> => (await read([alertId]))[0],

    /** Records an acknowledged alert, once. */
    acknowledge: (alert: RaisedAlert): Promise<'done' | 'version-conflict'> =>
      transact(db, [
        {
          Update: {
            TableName: table,
            Key: raisedAlertKey(alert.alertId),
            UpdateExpression: 'SET #status = :status, acknowledgement = :acknowledgement, #key = :key',
            ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(acknowledgement)',
            ExpressionAttributeNames: { '#status': 'status', '#key': alertIndex.attribute },
            ExpressionAttributeValues: {
              ':status': alert.status,
              ':acknowledgement': alert.acknowledgement,
              ':key': alertKeyOf(alert),
            },
          },
        },
      ]),
  };
};
export type RaisedAlertStore = ReturnType<typeof createRaisedAlertStore>;
