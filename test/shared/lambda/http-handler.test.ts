import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { expect, test } from 'vitest';
import '../../support/environment.ts';
import { conflictError } from '../../../shared/dynamodb/retry-on-conflict.ts';
import { type HttpResponse, problem } from '../../../shared/contracts/problem.ts';
import * as routes from '../../../shared/contracts/catalog/routes.ts';
import { httpHandler, on } from '../../../shared/lambda/http-handler.ts';

const context = { functionName: 'api', awsRequestId: 'request-1' } as Context;
const event = {
  routeKey: routes.getSku.key,
  rawPath: '/catalog/skus/MUG',
  headers: {},
  pathParameters: { sku: 'MUG' },
  requestContext: { requestId: 'request-1' },
} as unknown as APIGatewayProxyEventV2;

test.each([
  ['a version conflict', conflictError('The item was changed concurrently'), 503, 'busy', '1'],
  ['an unexpected error', new TypeError('undefined is not a function'), 500, 'internal-error', undefined],
])('%s becomes a problem document without internal details', async (_name, error, status, type, retryAfter) => {
  const handler = httpHandler(on(routes.getSku, () => Promise.reject(error)));
  const response = await handler(event, context);
  expect(response).toMatchObject({ statusCode: status, headers: { 'content-type': 'application/problem+json' } });
  expect(response.headers?.['retry-after']).toBe(retryAfter);
  expect(JSON.parse(response.body ?? '')).toMatchObject({ type, status });
  expect(response.body).not.toContain(error.message);
});

test.each<[string, HttpResponse, Record<string, string>]>([
  ['JSON', { status: 200, body: {} }, { 'cache-control': 'no-store' }],
  ['a problem', problem(409, 'order-conflict', 'Other content.'), { 'content-type': 'application/problem+json' }],
  ['a redirect', { status: 302, headers: { location: 'https://files.example/a' } }, { 'cache-control': 'no-store' }],
  ['no content', { status: 204 }, { 'cache-control': 'no-store' }],
  ['a route with its own', { status: 200, headers: { 'cache-control': 'no-cache' } }, { 'cache-control': 'no-cache' }],
])('%s has the security headers, which a route may override', async (_name, response, own) => {
  const { headers } = await httpHandler(on(routes.getSku, () => Promise.resolve(response)))(event, context);
  expect(headers).toMatchObject({
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'strict-transport-security': 'max-age=31536000',
    'x-content-type-options': 'nosniff',
    ...own,
  });
});

test.each([
  ['a list', { entries: Array.from({ length: 70_000 }, () => ({ id: 'x'.repeat(90) })) }],
  ['a text', 'x'.repeat(6_300_000)],
  ['quotes, which Lambda escapes', '"'.repeat(3_100_000)],
  ['characters of three bytes', '€'.repeat(2_100_000)],
  ['line ends of a CSV file', '\n'.repeat(3_100_000)],
])('%s beyond the 6 MB of a Lambda response is a problem document', async (_name, body) => {
  const response = await httpHandler(on(routes.getSku, () => Promise.resolve({ status: 200, body })))(event, context);
  expect(response.statusCode).toBe(500);
  expect(JSON.parse(response.body ?? '')).toMatchObject({ type: 'response-too-large' });
});

test.each([
  ['a list', { entries: Array.from({ length: 40_000 }, () => ({ id: 'x'.repeat(90) })) }],
  ['a text', 'x'.repeat(5_900_000)],
  ['quotes', '"'.repeat(2_900_000)],
])('%s within it is returned', async (_name, body) => {
  const { statusCode } = await httpHandler(on(routes.getSku, () => Promise.resolve({ status: 200, body })))(
    event,
    context,
  );
  expect(statusCode).toBe(200);
});
