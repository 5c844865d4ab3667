import { describe, expect, test } from 'vitest';
import { contractRoutes } from '../../infra/contract-routes.ts';
import { createOpenApi } from '../../infra/openapi.ts';

type Operation = { responses: Record<string, { content?: object }> };
const { paths } = createOpenApi(contractRoutes) as { paths: Record<string, Record<string, Operation>> };
const operationOf = (path: string, method: string) => paths[path]?.[method.toLowerCase()]?.responses ?? {};

/** What the gateway and `httpHandler` may answer to any request of a route. */
const generalStatuses = (route: (typeof contractRoutes)[number]) => [
  400,
  413,
  429,
  431,
  500,
  503,
  ...(route.scope ? [401, 403] : []),
  ...(route.params ? [404] : []),
  ...(route.body ? [415, 422] : []),
];

describe('the OpenAPI document has every status that any request of the route may get', () => {
  test.each(contractRoutes.map((route) => [route.key, route] as const))('%s', (_key, route) => {
    const documented = new Set(Object.keys(operationOf(route.path, route.method)).map(Number));
    expect(generalStatuses(route).filter((status) => !documented.has(status))).toEqual([]);
  });
});

test('a replay to a webhook endpoint may be refused for its content', () => {
  expect(operationOf('/webhooks/endpoints/{endpointId}/replays', 'POST')).toHaveProperty('422');
});

test('a scope that is missing is documented beside the refusals of the route', () => {
  const { content } = operationOf('/orders', 'POST')['403'] ?? {};
  expect(Object.keys(content ?? {})).toEqual(['application/problem+json', 'application/json']);
});
