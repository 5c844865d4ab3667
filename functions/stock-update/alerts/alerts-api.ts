import { type HttpResponse, problem } from '../../../shared/contracts/problem.ts';
import { AlertStatus, type RaisedAlert } from '../../../shared/contracts/stock/alert-routes.ts';
import type * as routes from '../../../shared/contracts/stock/alert-routes.ts';
import type { Cursors } from '../../../shared/dynamodb/cursor.ts';
import { collectPage, newestOf } from '../../../shared/dynamodb/list-page.ts';
import { retryOnConflict } from '../../../shared/dynamodb/retry-on-conflict.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import { alertIdIn, alertKeysOf, raisedAlertKey, raisedAlertPattern } from './raised-alert.ts';
import type { RaisedAlertStore } from './raised-alert-store.ts';

const defaultRetryBudgetMs = 4000;
const unknownAlert = problem(404, 'unknown-alert', 'No alert with this id was raised since 2026-11-30.');
const alertResponse = (alert: RaisedAlert): HttpResponse => ({ status: 200, body: alert });

/** Serves a page of the raised alerts, the newest first. */
export const listAlerts =
  (store: RaisedAlertStore, cursors: Cursors) =>
  async ({ query, caller }: Request<typeof routes.listAlerts>): Promise<HttpResponse> => {
    const { limit, cursor, kind, status = AlertStatus.options } = query;
    const list = { list: 'stock-alerts', kind, status, caller: caller.clientId };
    const start = await cursors.startAfter(cursor, list, raisedAlertPattern);
    if ('refusal' in start) return start.refusal;
    const { after } = start;

    // The index is eventually consistent; the alerts are read with strong consistency.
    const isListed = (alert: RaisedAlert) =>
      status.includes(alert.status) && (kind === undefined || kind.includes(alert.kind));
    const read = async (keys: string[]) => {
      const alerts = (await store.read(keys.map(alertIdIn))).filter(isListed);
      return new Map(alerts.map((alert) => [raisedAlertKey(alert.alertId).pk, alert]));
    };
    const source = newestOf(alertKeysOf(status), store.newestKeys);
    const { entries, last } = await collectPage(source, read, { limit, after, isFiltered: true });
    return {
      status: 200,
      body: { alerts: entries, ...(last !== undefined && { cursor: await cursors.of(list, last) }) },
    };
  };

/** The first acknowledgement of an alert counts; a later one changes nothing. */
export const acknowledgeAlert =
  (store: RaisedAlertStore, retryBudgetMs = defaultRetryBudgetMs) =>
  async ({ params, body: { note }, cause }: Request<typeof routes.acknowledgeAlert>): Promise<HttpResponse> =>
    retryOnConflict(retryBudgetMs, async () => {
      const alert = await store.find(params.alertId);
      if (!alert) return unknownAlert;
      if (alert.acknowledgement) return alertResponse(alert);
      const acknowledgement = { at: new Date(cause.now).toISOString(), by: cause.actor, note };
      const acknowledged: RaisedAlert = { ...alert, status: 'acknowledged', acknowledgement };
      return (await store.acknowledge(acknowledged)) === 'done' ? alertResponse(acknowledged) : undefined;
    });
