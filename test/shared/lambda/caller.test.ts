import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { expect, test } from 'vitest';
import '../../support/environment.ts';
import * as routes from '../../../shared/contracts/catalog/routes.ts';
import { httpHandler, on } from '../../../shared/lambda/http-handler.ts';

const person = '1c2f3a4b-0000-4000-8000-000000000001';
const people = 'people-client';

/** The caller and the actor that a function sees of a request with these claims. */
async function seen(claims: Record<string, string>, sourceIp = '192.0.2.1') {
  let found: unknown;
  const handler = httpHandler(
    on(routes.getSku, async ({ caller, cause }) => {
      found = { ...caller, actor: cause.actor };
      return { status: 204 };
    }),
  );
  const event = {
    routeKey: routes.getSku.key,
    headers: {},
    pathParameters: { sku: 'MUG' },
    requestContext: { requestId: 'request-1', http: { sourceIp }, authorizer: { jwt: { claims, scopes: [] } } },
  };
  await handler(event as unknown as APIGatewayProxyEventV2, { functionName: 'f', awsRequestId: 'r' } as Context);
  return found;
}

test.each([
  ['a machine', { client_id: 'finance', sub: 'finance' }, 'finance', 'finance', []],
  ['a machine without subject', { client_id: 'finance' }, 'finance', 'finance', []],
  ['a machine with groups', { client_id: 'till', sub: 'till', 'cognito:groups': '[admin]' }, 'till', 'till', []],
  [
    'a person',
    { client_id: people, sub: person, 'cognito:groups': '[finance]' },
    'department.finance',
    person,
    ['finance'],
  ],
  [
    'a person of two departments',
    { client_id: people, sub: person, 'cognito:groups': '[admin service-lead]' },
    'department.admin',
    person,
    ['admin', 'service-lead'],
  ],
  ['a person of none', { client_id: people, sub: person }, 'department.none', person, []],
  [
    'a person of an unknown group',
    { client_id: people, sub: person, 'cognito:groups': '[board]' },
    'department.none',
    person,
    ['board'],
  ],
])('%s is known by client id, subject and groups', async (_who, claims, clientId, subject, groups) => {
  expect(await seen(claims)).toEqual({ clientId, subject, groups, address: '192.0.2.1', actor: subject });
});

test('a person whom AWS reports is none of the user pool, nor a machine', async () => {
  const claims = { client_id: 'admin', sub: 'finance', 'cognito:groups': '[admin]' };
  expect(await seen(claims, 'aws-console')).toMatchObject({
    clientId: 'department.admin',
    subject: 'aws:finance',
    actor: 'aws:finance',
  });
});
