import { expect, test } from 'vitest';
import '../../support/environment.ts';
import { handler } from '../../../functions/api-root/sign-in/access-token.handler.ts';
import type { Context } from 'aws-lambda';

const event = (groupsToOverride: unknown) => ({
  version: '2',
  triggerSource: 'TokenGeneration_HostedAuth',
  userName: 'f1c3d2aa-0000-4000-8000-000000000001',
  request: { userAttributes: {}, groupConfiguration: { groupsToOverride }, scopes: ['openid'] },
  response: { claimsAndScopeOverrideDetails: null },
});
const scopesFor = async (groups: unknown) => {
  const { response } = await handler(event(groups), { functionName: 'f', awsRequestId: 'r' } as Context);
  return response.claimsAndScopeOverrideDetails.accessTokenGeneration.scopesToAdd;
};

test.each([
  [
    'warehouse',
    ['storeworks/stock.write', 'storeworks/stock.read', 'storeworks/orders.read', 'storeworks/catalog.read'],
  ],
  ['board', []],
])('the token of a person of %s gets the scopes of the department', async (group, scopes) => {
  expect(await scopesFor([group])).toEqual(scopes);
});

test.each([[null], [undefined], [[]]])('a person with groups %j gets no scopes', async (groups) => {
  expect(await scopesFor(groups)).toEqual([]);
});

test('the rest of the event is returned as it came', async () => {
  const given = event(['finance']);
  const returned = await handler(given, { functionName: 'f', awsRequestId: 'r' } as Context);
  expect(returned).toMatchObject({ version: '2', userName: given.userName, request: given.request });
});

test.each([[{}], [{ userName: 'x' }], [{ userName: 'x', request: {} }], ['text'], [[]]])(
  'an event that is not the trigger’s fails, so that no token is issued: %j',
  async (odd) => {
    await expect(handler(odd, { functionName: 'f', awsRequestId: 'r' } as Context)).rejects.toThrow(/invalid_type/);
  },
);
