import type { Metadata } from '../../../shared/contracts/define-event.ts';
import type { RaisedAlert } from '../../../shared/contracts/stock/alert-routes.ts';
import { listShards } from '../../../shared/dynamodb/list-shards.ts';

/** Index of raised alerts by status, keys only. Ids begin with the time, so that the sort key orders alerts by time. */
export const alertIndex = { name: 'byAlertStatus', attribute: 'alertKey', sortKey: 'pk' };
const shards = { open: listShards('ALERT#open'), acknowledged: listShards('ALERT#acknowledged') };
type AlertStatus = keyof typeof shards;

/** Partitions of the index with the alerts of these statuses. */
export const alertKeysOf = (statuses: readonly AlertStatus[]) => statuses.flatMap((status) => shards[status].keys);
export const alertKeyOf = ({ alertId, status }: Pick<RaisedAlert, 'alertId' | 'status'>) =>
  shards[status].keyOf(alertId);

const partitionPrefix = 'RAISED#';
export const raisedAlertKey = (alertId: string) => ({ pk: `${partitionPrefix}${alertId}`, sk: 'ALERT' });
export const raisedAlertPattern = /^RAISED#[0-9A-Z]{26}$/;
export const alertIdIn = (partitionKey: string) => partitionKey.slice(partitionPrefix.length);

/** The item of an alert that was raised with this event. */
export function raisedAlertItem(
  alert: Omit<RaisedAlert, 'alertId' | 'status' | 'raisedAt'>,
  { eventId, occurredAt }: Metadata,
) {
  const raised: RaisedAlert = { ...alert, alertId: eventId, status: 'open', raisedAt: occurredAt };
  return { ...raisedAlertKey(eventId), [alertIndex.attribute]: alertKeyOf(raised), ...raised };
}
