import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { expect, test } from 'vitest';
import { contractRoutes } from '../../infra/contract-routes.ts';
import { store } from '../../infra/store.ts';
import { authorize } from '../../infra/local/http/authorizer.ts';
import { withScopes } from '../../functions/api-root/sign-in/decide.ts';
import { departments } from '../../shared/access/departments.ts';
import { permissionTable, quotaTable } from '../support/documents/route-matrix.ts';
import { ofType } from './synthesised.ts';

const file = join(import.meta.dirname, '../../infra/routes.md');
const routes = contractRoutes.toSorted((a, b) => (`${a.path} ${a.method}` < `${b.path} ${b.method}` ? -1 : 1));
const clients = Object.keys(store.clients);

/** What the synthesised stacks grant: the scopes of each client, and those that each route takes. */
const granted = new Map(
  ofType('AWS::Cognito::UserPoolClient')
    .filter(({ properties: { ClientName } }) => ClientName !== 'people')
    .map(({ properties: { ClientName, AllowedOAuthScopes } }) => [
      ClientName,
      new Set<string>(AllowedOAuthScopes.map((scope) => String(scope['Fn::Join'][1].at(-1)).slice(1))),
    ]),
);
const needed = new Map(
  ofType('AWS::ApiGatewayV2::Route').map(({ properties: { RouteKey, AuthorizationScopes = [] } }) => [
    RouteKey,
    [AuthorizationScopes].flat().map((scope) => scope.replace(/^storeworks\//, '')),
  ]),
);
const isGranted = (scopesOf: ReadonlyMap<string, ReadonlySet<string>>) => (name: string, route: { key: string }) => {
  const scopes = needed.get(route.key) ?? ['not deployed'];
  return scopes.length === 0 || scopes.some((scope) => scopesOf.get(name)?.has(scope));
};
const isAllowed = isGranted(granted);
/** What the trigger of the user pool grants the people of each department. */
const staff = Object.keys(departments);
const tokenScopesOf = (groups: string[]) =>
  withScopes({ userName: 'someone', request: { groupConfiguration: { groupsToOverride: groups } } }).response
    .claimsAndScopeOverrideDetails.accessTokenGeneration.scopesToAdd;
const ofDepartments = new Map(
  staff.map((name) => [name, new Set(tokenScopesOf([name]).map((scope) => scope.replace(/^storeworks\//, '')))]),
);

const { requests, fileBytes } = store.quotas;
const text = `# Routes: permissions and quotas

Generated from the contracts, \`store.ts\` and the synthesised stacks. Update it with \`npx vitest run --project unit test/infra/route-matrix.test.ts -u\`.

## Permissions

The clients of the store that API Gateway lets call a route. What a channel sees there is in the READMEs of the workflows.

${permissionTable(routes, clients, isAllowed)}

## Permissions of people

The people of a department that API Gateway lets call a route: the scopes of \`shared/access/departments.ts\`.

${permissionTable(routes, staff, isGranted(ofDepartments))}

## Quotas

A caller that was idle may send the requests of ${requests.burstSeconds} s at once. Beyond its rate it gets 429 \`too-many-requests\` with \`Retry-After\`; the rate is counted by each sandbox of a function. These clients have their own: ${Object.entries(
  store.clients,
)
  .map(([name, { requestsPerSecond }]) => `${name} ${requestsPerSecond}`)
  .join(
    ', ',
  )}. Uploaded files of orders have at most ${fileBytes.orders.toLocaleString('en-GB')} bytes, those of stock movements ${fileBytes.movements.toLocaleString('en-GB')}. All callers together: 10,000 requests per second and route (API Gateway).

${quotaTable(routes, store.quotas)}
`;

test('infra/routes.md has the permissions and quotas of every route', async () => {
  const options = await resolveConfig(file);
  await expect(await format(text, { ...options, parser: 'markdown' })).toMatchFileSnapshot(file);
});

test('every deployed route has a row in both tables', () => {
  const deployed = [...needed.keys()].filter((key) => key !== '$default').toSorted((a, b) => (a < b ? -1 : 1));
  const rowsOf = (table: string) =>
    [...table.matchAll(/^\| `([^`]+)`/gm)].map(([, key = '']) => key).toSorted((a, b) => (a < b ? -1 : 1));
  expect(rowsOf(permissionTable(routes, clients, isAllowed))).toEqual(deployed);
  expect(rowsOf(quotaTable(routes, store.quotas))).toEqual(deployed);
  expect(quotaTable(routes, store.quotas)).not.toMatch(/undefined|NaN|null/);
});

test.each(clients)('%s may call a route only with its scope', (client) => {
  const scopes: readonly string[] = Object.entries(store.clients).find(([name]) => name === client)?.[1].scopes ?? [];
  for (const route of routes) {
    expect([route.key, isAllowed(client, route)]).toEqual([
      route.key,
      route.scope === undefined || scopes.includes(route.scope),
    ]);
  }
});

const issuer = 'https://issuer.example';
/** The decision of the API's authorizer on the token of a person with these groups. */
async function decisionFor(groups: string[], key: string) {
  const scopes = needed.get(key)?.map((scope) => `storeworks/${scope}`) ?? [];
  const authorizer = scopes.length > 0 ? { issuer, audience: ['people'] } : undefined;
  const route = { key, functionArn: '', timeoutMs: 1, authorizer, scopes, throttle: noLimit, isPermitted: true };
  const scope = ['openid', ...tokenScopesOf(groups)].join(' ');
  const claims = { iss: issuer, exp: 1, client_id: 'people', scope, 'cognito:groups': groups };
  return authorize(route, 'Bearer token', async () => ({ kind: 'verified', claims }));
}
const noLimit = { ratePerSecond: undefined, burst: undefined };

test.each(Object.entries(departments))(
  'the authorizer admits the people of %s to the routes of their scopes, and to no other',
  async (department, { scopes }) => {
    const own: readonly string[] = scopes;
    for (const { key, scope } of routes) {
      const decision = await decisionFor([department], key);
      const outcome = decision.kind === 'refused' ? decision.response.status : decision.kind;
      const expected = scope === undefined ? 'open' : own.includes(scope) ? 'authorized' : 403;
      expect([key, outcome]).toEqual([key, expected]);
    }
  },
);

test.each([[[]], [['board']], [['Admin']]])(
  'the authorizer admits people of groups %j to open routes only',
  async (groups) => {
    for (const { key, scope } of routes) {
      const { kind } = await decisionFor(groups, key);
      expect([key, kind]).toEqual([key, scope === undefined ? 'open' : 'refused']);
    }
  },
);
