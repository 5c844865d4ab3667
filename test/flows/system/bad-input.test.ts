import { SignJWT, generateKeyPair } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BackOffice, backOfficeForTest, startBackOffice } from '../../support/system/back-office.ts';
import { expectProblem, orderOf, stockedSku } from '../../support/system/test-data.ts';

let office: BackOffice;
let sku: string;
beforeAll(async () => {
  office = await startBackOffice();
  sku = await stockedSku(office);
});
afterAll(() => office.stop());

const post = (body: unknown, headers?: Record<string, string>) =>
  office.client('storefront').send('POST', '/orders', body, headers);

describe('an invalid order is refused with a problem document', () => {
  const line = (given: Record<string, unknown>) => () => orderOf(sku, { lines: [{ sku, quantity: 1, ...given }] });
  test.each<[string, () => unknown, number, string[]]>([
    ['an empty body', () => '', 400, []],
    ['a body that is not JSON', () => '{"externalOrderId":', 400, []],
    ['a JSON array', () => '[]', 422, ['']],
    ['no lines', () => orderOf(sku, { lines: [] }), 422, ['/lines']],
    ['a quantity of 0', line({ quantity: 0 }), 422, ['/lines/0/quantity']],
    ['a negative quantity', line({ quantity: -1 }), 422, ['/lines/0/quantity']],
    ['a fractional quantity', line({ quantity: 1.5 }), 422, ['/lines/0/quantity']],
    ['a quantity above a million', line({ quantity: 1_000_001 }), 422, ['/lines/0/quantity']],
    ['a quantity as text', line({ quantity: '1' }), 422, ['/lines/0/quantity']],
    ['a negative price', line({ unitPriceMinor: -1 }), 422, ['/lines/0/unitPriceMinor']],
    [
      '1,001 lines',
      () => orderOf(sku, { lines: Array.from({ length: 1001 }, () => ({ sku, quantity: 1 })) }),
      422,
      ['/lines'],
    ],
    ['a note of nearly 1 MB', () => orderOf(sku, { note: 'x'.repeat(1_000_000) }), 422, ['/note']],
    ['an unknown field', () => orderOf(sku, { gift: true }), 422, ['/gift']],
    ['an unknown field of a line', line({ colour: 'red' }), 422, ['/lines/0/colour']],
    [
      'wrong types',
      () => orderOf(sku, { externalOrderId: 7, customer: 'Ada' }),
      422,
      ['/externalOrderId', '/customer'],
    ],
    ['an invalid currency', () => orderOf(sku, { currency: 'pounds' }), 422, ['/currency']],
    ['a currency without a price', () => orderOf(sku, { currency: 'EUR' }), 422, ['/lines/0/sku']],
    ['an unknown SKU', () => orderOf('NO-SUCH-SKU'), 422, ['/lines/0/sku']],
    ['an unknown shipping method', () => orderOf(sku, { shippingMethod: 'balloon' }), 422, ['/shippingMethod']],
    ['a time in the future', () => orderOf(sku, { placedAt: '2999-01-01T00:00:00Z' }), 422, ['/placedAt']],
    ['a time without offset', () => orderOf(sku, { placedAt: '2026-01-01T00:00:00' }), 422, ['/placedAt']],
    [
      'a country by name',
      () => orderOf(sku, { shippingAddress: { country: 'England' } }),
      422,
      ['/shippingAddress/country'],
    ],
    ['no shipping address', () => orderOf(sku, { shippingAddress: undefined }), 422, ['/shippingAddress']],
  ])('%s', async (_case, body, status, pointers) => {
    const content = body();
    const response = await post(content, content === '' ? { 'content-type': 'application/json' } : {});
    expectProblem(response, status);
    const found = (response.body.errors ?? []).map((error: { pointer: string }) => error.pointer);
    expect(found).toEqual(expect.arrayContaining(pointers));
  });

  test('more than 1 MiB', async () => {
    expectProblem(await post(orderOf(sku, { note: 'x'.repeat(1_100_000) })), 413, 'content-too-large');
  });

  test('a body that is not sent as JSON', async () => {
    expectProblem(
      await post(JSON.stringify(orderOf(sku)), { 'content-type': 'text/plain' }),
      415,
      'unsupported-media-type',
    );
  });

  test('an order id and a path that do not exist', async () => {
    expectProblem(await office.client('storefront').get(`/orders/ord_${'0'.repeat(26)}`), 404);
    expectProblem(await office.client('storefront').get('/orders/none'), 400);
    expectProblem(await office.client('storefront').get('/nowhere'), 404);
    expectProblem(await office.client('storefront').get('/orders'), 400);
    expectProblem(await office.client('storefront').get('/orders?day=2026-01-01&limit=0'), 400);
  });

  test('no stock is reserved by refused orders', async () => {
    const stock = await office.client('warehouse').get(`/stock/${sku}`);
    expect(stock.body).toMatchObject({ reserved: 0, available: 100 });
  });
});

describe('an order without a valid access token is refused', () => {
  const channel = { clientId: 'storefront', scopes: ['storeworks/orders.write'] };
  const withToken = (token: string | undefined) =>
    fetch(`${office.apiUrl}/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token !== undefined && { authorization: token }) },
      body: JSON.stringify(orderOf(sku)),
    });
  const claims = () => ({
    client_id: 'storefront',
    scope: 'storeworks/orders.write',
    token_use: 'access',
    sub: 'storefront',
  });

  test.each<[string, () => Promise<string | undefined>]>([
    ['no token', async () => undefined],
    ['an empty token', async () => 'Bearer '],
    ['a malformed token', async () => 'Bearer abc.def.ghi'],
    [
      'a token signed with another key',
      async () => {
        const { privateKey } = await generateKeyPair('RS256');
        const token = await new SignJWT(claims())
          .setProtectedHeader({ alg: 'RS256', kid: 'other' })
          .setIssuer(office.credentials.issuer)
          .setExpirationTime('1h')
          .sign(privateKey);
        return `Bearer ${token}`;
      },
    ],
    ['an expired token', async () => `Bearer ${await office.issueToken(channel, -60)}`],
    [
      'a token of another issuer',
      async () => {
        const other = await backOfficeForTest();
        return `Bearer ${await other.issueToken(channel, 3600)}`;
      },
    ],
    [
      'an unsigned token',
      async () => {
        const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
        const payload = { ...claims(), iss: office.credentials.issuer, exp: Math.floor(Date.now() / 1000) + 3600 };
        return `Bearer ${part({ alg: 'none' })}.${part(payload)}.`;
      },
    ],
  ])('%s', async (_case, token) => {
    const response = await withToken(await token());
    expect(response.status).toBe(401);
    expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(response.headers.get('www-authenticate')).toMatch(/^Bearer/);
    expect(await response.json()).toMatchObject({ status: 401, type: 'unauthorized' });
  });

  test('a valid token of the same client is accepted', async () => {
    const token = await office.issueToken(channel, 3600);
    expect((await withToken(`Bearer ${token}`)).status).toBe(201);
  });

  test('a token without the scope', async () => {
    expectProblem(await office.client('warehouse').post('/orders', orderOf(sku)), 403, 'forbidden');
  });
});
