import { afterAll, beforeAll, expect, test } from 'vitest';
import { type BackOffice, startBackOffice } from '../../support/system/back-office.ts';
import { orderOf, stockedSku } from '../../support/system/test-data.ts';

let office: BackOffice;
let sku: string;
beforeAll(async () => {
  office = await startBackOffice();
  sku = await stockedSku(office);
});
afterAll(() => office.stop());

type Sent = {
  method?: 'GET' | 'POST' | 'DELETE';
  path: string;
  body?: () => unknown;
  headers?: Record<string, string>;
};
const later = { prefer: 'respond-async' };

test.each<[string, Sent, number]>([
  ['a JSON document', { path: '/health' }, 200],
  ['a list of personal data', { path: '/orders?status=placed' }, 200],
  ['a new order', { method: 'POST', path: '/orders', body: () => orderOf(sku) }, 201],
  ['an accepted order', { method: 'POST', path: '/orders', body: () => orderOf(sku), headers: later }, 202],
  ['the OpenAPI document', { path: '/openapi.json' }, 200],
  ['an unknown order', { path: '/orders/ord_01kb9zq4y8t4v7c0m3j5r6n8px' }, 404],
  ['an unknown path', { path: '/nowhere' }, 404],
  ['a method that the path does not allow', { method: 'DELETE', path: '/orders' }, 405],
  ['a malformed parameter', { path: '/orders?limit=many' }, 400],
  ['invalid content', { method: 'POST', path: '/orders', body: () => ({}) }, 422],
  ['a webhook without a signature', { method: 'POST', path: '/payments/webhooks/acme', body: () => ({}) }, 401],
])('%s is not stored by caches, and its type is not guessed', async (_name, sent, status) => {
  const { method = 'GET', path, body, headers } = sent;
  const response = await office.client('storefront').send(method, path, body?.(), headers);
  expect([path, response.status]).toEqual([path, status]);
  expect(response.headers).toMatchObject({
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'strict-transport-security': 'max-age=31536000',
  });
});

test('a refusal of the API itself is not stored by caches, and its type is not guessed', async () => {
  const response = await office.client('storefront').get('/orders', { authorization: '' });
  expect(response.status).toBe(401);
  expect(response.headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
});

test('the documentation page runs scripts of its own origin only, and its files may be cached', async () => {
  const page = await office.client('admin').get('/docs');
  expect(page.headers).toMatchObject({
    'cache-control': 'no-cache',
    'content-security-policy': expect.stringMatching(/^default-src 'none'; script-src 'self'; style-src 'self';/),
    'x-content-type-options': 'nosniff',
    'strict-transport-security': 'max-age=31536000',
  });
  const file = await office.client('admin').get('/docs/page.js');
  expect(file.headers).toMatchObject({ 'cache-control': 'public, max-age=3600', 'x-content-type-options': 'nosniff' });
});
