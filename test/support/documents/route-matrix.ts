import * as z from 'zod';
import { defaultMaxBodyBytes } from '../../../shared/lambda/http-handler.ts';
import type { DefinedRoute } from '../../../shared/contracts/define-route.ts';
import type { Store } from '../../../infra/store.ts';

/** Routes whose signed body authenticates the caller. */
const signedRoutes = new Set(['POST /payments/webhooks/{provider}', 'POST /webhooks/payments/stripe']);

const integer = (value: number) => value.toLocaleString('en-GB');
const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
  [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');

function rateOf({ key, scope }: DefinedRoute, { requests }: Store['quotas']): string {
  if (scope) return `${requests.perSecond} per client`;
  if (signedRoutes.has(key)) return `${requests.anonymousPerSecond} per address without a valid signature`;
  return `${requests.anonymousPerSecond} per address`;
}

const bodyOf = ({ body, maxBodyBytes = defaultMaxBodyBytes }: DefinedRoute) => (body ? integer(maxBodyBytes) : 'none');

const Limit = z.object({ maximum: z.int() });
function pageOf({ query }: DefinedRoute): string {
  const limit = query?.shape['limit'];
  return limit ? integer(Limit.parse(z.toJSONSchema(limit, { io: 'input' })).maximum) : '';
}

const workOf = ({ key }: DefinedRoute, { exportsAtOnce, queuedOrders }: Store['quotas']): string => {
  if (key === 'POST /orders/exports') return `${exportsAtOnce} unfinished exports per client`;
  if (key === 'POST /orders' || key === 'POST /orders/batch')
    return `${integer(queuedOrders)} queued orders per channel`;
  return '';
};

/** The quotas of each route, as a table in Markdown. */
export const quotaTable = (routes: readonly DefinedRoute[], quotas: Store['quotas']): string =>
  table(
    ['Route', 'Scope', 'Requests per second and sandbox', 'Body in bytes', 'Page', 'Work'],
    routes.map((route) => [
      `\`${route.key}\``,
      route.scope ?? 'anonymous',
      rateOf(route, quotas),
      bodyOf(route),
      pageOf(route),
      workOf(route, quotas),
    ]),
  );

/** For each route which clients may call it, as a table in Markdown. `isAllowed` decides on a pair. */
export const permissionTable = (
  routes: readonly DefinedRoute[],
  clients: readonly string[],
  isAllowed: (client: string, route: DefinedRoute) => boolean,
): string =>
  table(
    ['Route', ...clients],
    routes.map((route) => [`\`${route.key}\``, ...clients.map((client) => (isAllowed(client, route) ? 'yes' : '–'))]),
  );
