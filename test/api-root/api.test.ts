import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rootHandlers } from '../../functions/api-root/root-api.ts';
import { createFileStore } from '../../functions/api-root/file-store.ts';
import { writeApiRootFiles } from '../../infra/api-root-files.ts';
import { contractRoutes } from '../../infra/contract-routes.ts';
import * as rootRoutes from '../../shared/contracts/api-root/routes.ts';
import { httpHandler } from '../../shared/lambda/http-handler.ts';

const directory = mkdtempSync(join(tmpdir(), 'api-root-'));
beforeAll(() => writeApiRootFiles(directory));
afterAll(() => rmSync(directory, { recursive: true }));

/** Route key and parameters as API Gateway passes them. */
function routeOf(method: string, path: string) {
  const file = /^\/docs\/([^/]+)$/.exec(path)?.[1];
  if (method === 'GET' && file)
    return { routeKey: 'GET /docs/{file}', pathParameters: { file: decodeURIComponent(file) } };
  const key = `${method} ${path}`;
  return { routeKey: Object.values(rootRoutes).some((route) => route.key === key) ? key : '$default' };
}

async function call(method: string, path: string, { failures = [] as { table: string; error: string }[] } = {}) {
  const handler = httpHandler(
    ...rootHandlers({
      store: { tables: ['a', 'b'], failures: () => Promise.resolve(failures) },
      files: createFileStore(directory),
      tokenUrl: 'https://login.example/oauth2/token',
    }),
  );
  const event = {
    ...routeOf(method, path),
    rawPath: path,
    headers: {},
    requestContext: { requestId: 'r1', http: { method, path } },
  } as unknown as APIGatewayProxyEventV2;
  const { statusCode, headers, body } = await handler(event, {} as Context);
  return { status: statusCode, headers, body: body ?? '' };
}
type Operation = { security: object[]; parameters?: object[]; requestBody?: object; responses: Record<string, object> };
type Document = { openapi: string; paths: Record<string, Record<string, Operation>>; components: object };
const document = async () => JSON.parse((await call('GET', '/openapi.json')).body) as Document;

describe('health', () => {
  it('is ok when each table responds', async () => {
    const { status, body } = await call('GET', '/health');
    expect([status, JSON.parse(body)]).toEqual([200, { status: 'ok', tables: 2 }]);
  });

  it('is a 503 problem without table names when a table does not respond', async () => {
    const { status, headers, body } = await call('GET', '/health', { failures: [{ table: 'orders', error: 'gone' }] });
    expect([status, headers?.['content-type']]).toEqual([503, 'application/problem+json']);
    expect(JSON.parse(body)).toMatchObject({ type: 'unavailable', status: 503 });
    expect(body).not.toContain('orders');
  });
});

describe('OpenAPI document', () => {
  it('has every route of every workflow, with its scope', async () => {
    const { openapi, paths } = await document();
    expect(openapi).toBe('3.1.0');
    for (const route of contractRoutes) {
      const operation = paths[route.path]?.[route.method.toLowerCase()];
      const scope = route.scope ? [{ oauth2: [`storeworks/${route.scope}`] }] : [];
      expect({ [route.key]: operation?.security }).toEqual({ [route.key]: scope });
      expect(Object.keys(operation?.responses ?? {})).toEqual(expect.arrayContaining(Object.keys(route.responses)));
    }
  });

  it('describes parameters, bodies and problem documents', async () => {
    const { paths } = await document();
    const put = paths['/catalog/skus/{sku}']?.['put'];
    expect(put?.parameters).toContainEqual(expect.objectContaining({ in: 'path', name: 'sku', required: true }));
    expect(put?.requestBody).toMatchObject({
      content: { 'application/json': { schema: { $ref: '#/components/schemas/SkuContent' } } },
    });
    expect(put?.responses['422']).toMatchObject({
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
    });
  });

  it('references only components that it contains', async () => {
    const whole = await document();
    const references = JSON.stringify(whole).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g);
    for (const [, name] of references) expect(whole).toHaveProperty(['components', 'schemas', name ?? '']);
  });

  it('names the token URL of this deployment', async () => {
    expect((await document()).components).toMatchObject({
      securitySchemes: {
        oauth2: { flows: { clientCredentials: { tokenUrl: 'https://login.example/oauth2/token' } } },
      },
    });
  });
});

describe('documentation page', () => {
  it('loads scripts from its own origin only and may request a token', async () => {
    const { status, headers, body } = await call('GET', '/docs');
    expect([status, headers?.['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    const policy = String(headers?.['content-security-policy']);
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
    expect(policy).toContain("connect-src 'self' https://login.example;");
    expect(body).not.toMatch(/<script>|style=|onload=/);
  });

  it('serves each of its files with its content type', async () => {
    const { body: page } = await call('GET', '/docs');
    const files = [...page.matchAll(/(?:src|href)="(\/docs\/[^"]+)"/g)].map(([, path]) => path ?? '');
    expect(files).toHaveLength(3);
    for (const file of files) {
      const { status, headers, body } = await call('GET', file);
      expect([status, headers?.['content-type']]).toEqual([
        200,
        file.endsWith('.css') ? 'text/css; charset=utf-8' : 'text/javascript; charset=utf-8',
      ]);
      expect(body.length).toBeGreaterThan(50);
    }
  });

  it.each([
    ['/docs/index.mjs', 404],
    ['/docs/openapi.json', 404],
    ['/docs/..%2Findex.mjs', 400],
    ['/docs/%2e%2e%2f%2e%2e%2fetc%2fpasswd', 400],
    ['/docs/constructor', 404],
  ])('does not serve %s', async (path, status) => {
    expect((await call('GET', path)).status).toBe(status);
  });
});

describe('a request without a matching route', () => {
  it.each([
    ['GET', '/nowhere'],
    ['GET', '/'],
    ['GET', '/orders/a/b/c'],
    ['GET', '/docs/'],
    ['GET', '//orders'],
  ])('%s %s is a 404 problem', async (method, path) => {
    const { status, body } = await call(method, path);
    expect([status, JSON.parse(body)]).toEqual([404, expect.objectContaining({ type: 'not-found' })]);
  });

  it.each([
    ['DELETE', '/orders', 'GET, POST'],
    ['POST', '/catalog/skus/A-1', 'GET, PUT'],
    ['HEAD', '/health', 'GET'],
    ['PATCH', '/reports/runs/r1', 'GET'],
  ])('%s %s is a 405 problem that allows %s', async (method, path, allow) => {
    const { status, headers, body } = await call(method, path);
    expect([status, headers?.['allow']]).toEqual([405, allow]);
    expect(JSON.parse(body)).toMatchObject({ type: 'method-not-allowed' });
  });
});
