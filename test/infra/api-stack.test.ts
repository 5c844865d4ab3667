import { expect, test } from 'vitest';
import { contractRoutes } from '../../infra/contract-routes.ts';
import { store } from '../../infra/store.ts';
import { ofType, onlyOf } from './synthesised.ts';

test('every route needs a token with its scope, except the open ones', () => {
  const deployed = ofType('AWS::ApiGatewayV2::Route').map(
    ({ properties: { RouteKey, AuthorizationType, AuthorizationScopes } }) =>
      [RouteKey, AuthorizationType === 'JWT' ? AuthorizationScopes : AuthorizationType] as const,
  );
  const promised = contractRoutes.map((route) => [route.key, route.scope ? [`storeworks/${route.scope}`] : 'NONE']);
  expect(deployed).toHaveLength(promised.length + 1);
  expect(Object.fromEntries(deployed)).toEqual({ ...Object.fromEntries(promised), $default: 'NONE' });
  const open = deployed.filter(([, needed]) => needed === 'NONE').map(([key]) => key);
  expect(new Set(open)).toEqual(
    new Set([
      '$default',
      'GET /asyncapi.json',
      'GET /docs',
      'GET /docs/{file}',
      'GET /health',
      'GET /openapi.json',
      // Their body is signed.
      'POST /payments/webhooks/{provider}',
      'POST /webhooks/payments/stripe',
    ]),
  );
});

test('the API accepts tokens of people and of every client, with the scopes of its settings', () => {
  const all = ofType('AWS::Cognito::UserPoolClient').map(({ properties }) => properties);
  const clients = all.filter(({ ClientName }) => ClientName !== 'people');
  const granted = clients.map(({ ClientName, AllowedOAuthScopes }) => [
    ClientName,
    AllowedOAuthScopes.map((scope) => scope['Fn::Join'][1].at(-1)),
  ]);
  const settings = Object.entries(store.clients).map(([name, { scopes }]) => [name, scopes.map((s) => `/${s}`)]);
  expect(Object.fromEntries(granted)).toEqual(Object.fromEntries(settings));
  for (const { AllowedOAuthFlows, GenerateSecret } of clients) {
    expect([AllowedOAuthFlows, GenerateSecret]).toEqual([['client_credentials'], true]);
  }
  expect(onlyOf('AWS::ApiGatewayV2::Authorizer').JwtConfiguration.Audience).toHaveLength(all.length);
});

test('the API has no lower request limit than the default quota of an AWS account', () => {
  const limits = onlyOf('AWS::ApiGatewayV2::Stage').DefaultRouteSettings;
  expect(limits).toMatchObject({ ThrottlingBurstLimit: 5000, ThrottlingRateLimit: 10_000 });
});

test('the API may invoke each of its functions by one permission', () => {
  const functions = ofType('AWS::ApiGatewayV2::Integration').map(({ properties }) => properties.IntegrationUri);
  const permissions = ofType('AWS::Lambda::Permission')
    .filter(({ properties }) => properties.Principal === 'apigateway.amazonaws.com')
    .map(({ properties }) => properties);
  expect(permissions.map(({ FunctionName }) => FunctionName)).toEqual(functions);
  for (const { SourceArn } of permissions) expect(JSON.stringify(SourceArn)).toMatch(/"Api-Api\w+"},"\/\*\/\*"/);
});

test('every function of the API has the quotas of requests, with the rates of the clients that have their own', () => {
  const served = ofType('AWS::ApiGatewayV2::Integration').map(({ properties }) =>
    JSON.stringify(properties.IntegrationUri),
  );
  const functions = ofType('AWS::Lambda::Function').filter(
    ({ properties: { Environment } }) => Environment?.Variables?.REQUEST_QUOTAS !== undefined,
  );
  expect(functions).toHaveLength(served.length);
  for (const { properties } of functions) {
    const text = JSON.stringify(properties.Environment.Variables.REQUEST_QUOTAS);
    expect(text).toContain(JSON.stringify(JSON.stringify(store.quotas.requests).slice(1, -1)).slice(1, -1));
    for (const { requestsPerSecond } of Object.values(store.clients)) expect(text).toContain(`:${requestsPerSecond}`);
  }
});
