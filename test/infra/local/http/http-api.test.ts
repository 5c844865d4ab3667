import { createServer, request as httpRequest } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { createHttpApi } from '../../../../infra/local/http/http-api.ts';
import { startIdentity } from '../../../../infra/local/identity/identity.ts';
import { createLambda } from '../../../../infra/local/lambda/lambda.ts';
import { functionOf, type SmallResource, smallContext } from '../small-template.ts';

const apiId = 'api1';
const echo = 'export const handler = async (event) => ({ statusCode: 200, body: JSON.stringify(event) })';
const issuer = 'ISSUER';

const resource = (type: string, id: string, properties: Record<string, unknown>): SmallResource => ({
  id,
  type,
  properties,
});
const api = (properties: Record<string, unknown> = {}) =>
  resource('AWS::ApiGatewayV2::Api', apiId, { ProtocolType: 'HTTP', ...properties });
const stage = (properties: Record<string, unknown> = {}) =>
  resource('AWS::ApiGatewayV2::Stage', 'Stage', { StageName: '$default', AutoDeploy: true, ...properties });
const integration = (id: string, functionName: string, properties: Record<string, unknown> = {}) =>
  resource('AWS::ApiGatewayV2::Integration', id, {
    IntegrationType: 'AWS_PROXY',
    IntegrationUri: `arn:aws:lambda:eu-west-1:000000000000:function:${functionName}`,
    PayloadFormatVersion: '2.0',
    ...properties,
  });
const route = (key: string, properties: Record<string, unknown> = {}) =>
  resource('AWS::ApiGatewayV2::Route', key, { RouteKey: key, Target: 'integrations/ToEcho', ...properties });
const permission = (functionName: string, source = `${apiId}/*/*`) =>
  resource('AWS::Lambda::Permission', `Permit${functionName}`, {
    Action: 'lambda:InvokeFunction',
    FunctionName: `arn:aws:lambda:eu-west-1:000000000000:function:${functionName}`,
    Principal: 'apigateway.amazonaws.com',
    SourceArn: `arn:aws:execute-api:eu-west-1:000000000000:${source}`,
  });
const echoApi = (...more: SmallResource[]) => [
  functionOf('echo', echo),
  integration('ToEcho', 'echo'),
  permission('echo'),
  ...more,
];

const identityResources = (audience: string[]) => [
  resource('AWS::Cognito::UserPoolResourceServer', 'Server', {
    Identifier: 'shop',
    Scopes: [{ ScopeName: 'read' }, { ScopeName: 'write' }],
  }),
  ...['till', 'desk'].map((name) =>
    resource('AWS::Cognito::UserPoolClient', name, {
      AllowedOAuthFlows: ['client_credentials'],
      AllowedOAuthFlowsUserPoolClient: true,
      AllowedOAuthScopes: ['shop/read', 'shop/write'],
      GenerateSecret: true,
    }),
  ),
  resource('AWS::ApiGatewayV2::Authorizer', 'Tokens', {
    AuthorizerType: 'JWT',
    IdentitySource: ['$request.header.Authorization'],
    JwtConfiguration: { Issuer: issuer, Audience: audience },
  }),
];

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function start(resources: SmallResource[]) {
  const all = [...resources];
  for (const needed of [api(), stage()]) if (!all.some(({ type }) => type === needed.type)) all.push(needed);
  const small = smallContext(all);
  cleanups.push(small.close);
  const identity = await startIdentity(small.context);
  cleanups.push(identity.stop);
  // Sets the identity provider's address, which the template of a whole engine contains.
  for (const { properties } of small.context.template.ofType('AWS::ApiGatewayV2::Authorizer')) {
    const jwt = properties.JwtConfiguration as { Issuer: string };
    if (jwt.Issuer === issuer) jwt.Issuer = identity.issuer;
  }
  const credentialsOf = (name: string) => ({ accessKeyId: name, secretAccessKey: 'local' });
  const lambda = createLambda(small.context, { gatewayUrl: '', credentialsOf, deliver: async () => {} });
  cleanups.push(lambda.stop);
  const server = createServer(createHttpApi(small.context, { lambda, verifyToken: identity.verifyToken }).listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const get = (path: string, init: RequestInit = {}) => fetch(`${url}${path}`, init);
  const event = async (path: string, init: RequestInit = {}) =>
    (await (await get(path, init)).json()) as Record<string, unknown>;
  const routeKey = async (path: string, method = 'GET') => (await event(path, { method })).routeKey;
  return { ...small, identity, url, port, get, event, routeKey };
}

/** Sends bytes and returns all bytes of the response until the connection ends. */
const raw = (port: number, ...parts: string[]) =>
  new Promise<string>((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let received = '';
    socket.on('data', (chunk: Buffer) => (received += chunk.toString()));
    socket.on('close', () => resolve(received));
    socket.on('error', reject);
    for (const part of parts) socket.write(part);
  });

describe('a request is routed to', () => {
  const routes = [
    'GET /pets/dog/1',
    'GET /pets/dog/{id}',
    'GET /pets/{proxy+}',
    'ANY /pets/dog/1',
    'ANY /any/{all+}',
    'GET /',
  ];

  test('the most specific route, then ANY, then the default', async () => {
    const { routeKey } = await start(echoApi(...[...routes, '$default'].map((key) => route(key))));
    expect(await routeKey('/pets/dog/1')).toBe('GET /pets/dog/1');
    expect(await routeKey('/pets/dog/1?x=1')).toBe('GET /pets/dog/1');
    expect(await routeKey('/pets/dog/1', 'DELETE')).toBe('ANY /pets/dog/1');
    expect(await routeKey('/pets/dog/2')).toBe('GET /pets/dog/{id}');
    expect(await routeKey('/pets/cat/2')).toBe('GET /pets/{proxy+}');
    expect(await routeKey('/pets/cat')).toBe('GET /pets/{proxy+}');
    expect(await routeKey('/any/a/b/c', 'PATCH')).toBe('ANY /any/{all+}');
    expect(await routeKey('/')).toBe('GET /');
    for (const path of ['/pets', '/pets/', '/any', '/test', '/pets/dog/2/3/']) {
      expect(await routeKey(path)).toBe(path === '/pets/dog/2/3/' ? 'GET /pets/{proxy+}' : '$default');
    }
    expect(await routeKey('/pets/cat/2', 'POST')).toBe('$default');
  });

  test('no route (404) if none matches and there is no default', async () => {
    const { get } = await start(echoApi(...routes.map((key) => route(key))));
    const response = await get('/nowhere');
    expect([response.status, await response.json()]).toEqual([404, { message: 'Not Found' }]);
  });

  test('a route with decoded path variables', async () => {
    const key = 'GET /a/{id}/b/{rest+}';
    const source = `${apiId}/*/*/a/{id}/b/{rest+}`;
    const { event } = await start([
      functionOf('echo', echo),
      integration('ToEcho', 'echo'),
      permission('echo', source),
      route(key),
    ]);
    const path = '/a/x%20%C3%A9/b/1/2%3F%2F3';
    expect(await event(path)).toMatchObject({ pathParameters: { id: 'x é', rest: '1/2?/3' } });
  });

  test('a route by the decoded path, so that an encoded slash separates segments', async () => {
    const { get, event } = await start(echoApi(route('GET /a/{id}/b')));
    const statuses = await Promise.all(
      ['/a/x%2Fy/b', '/a/%2F/b', '/a%2Fx/b', '/%61/x/b', '/a/x%252Fy/b'].map(async (path) => (await get(path)).status),
    );
    expect(statuses).toEqual([404, 404, 200, 200, 200]);
    expect(await event('/a/x%252Fy/b')).toMatchObject({ pathParameters: { id: 'x%2Fy' } });
  });

  test('no route (400) if its path has invalid percent-encoding', async () => {
    const { get } = await start(echoApi(route('GET /a/{id}'), route('$default')));
    for (const path of ['/a/%zz', '/%C3', '/b%']) expect((await get(path)).status).toBe(400);
  });
});

describe('the event', () => {
  test('has every member of payload format 2.0', async () => {
    const { event, url } = await start(echoApi(route('POST /orders/{orderId}')));
    const given = await event('/orders/a%20b?tag=x&tag=y&empty=&sp=a+b%26', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'User-Agent': 'test/1', 'X-Thing': 'A', cookie: 'a=1; b=2' },
      body: '{"é":1}',
    });
    const now = expect.any(Number);
    expect(given).toEqual({
      version: '2.0',
      routeKey: 'POST /orders/{orderId}',
      rawPath: '/orders/a b',
      rawQueryString: 'tag=x&tag=y&empty=&sp=a+b%26',
      cookies: ['a=1', 'b=2'],
      headers: expect.objectContaining({
        'content-type': 'application/json',
        'x-thing': 'A',
        host: new URL(url).host,
        'x-forwarded-for': '127.0.0.1',
        'x-forwarded-proto': 'http',
      }),
      queryStringParameters: { tag: 'x,y', empty: '', sp: 'a b&' },
      requestContext: {
        accountId: '000000000000',
        apiId,
        domainName: '127.0.0.1',
        domainPrefix: '127',
        http: { method: 'POST', path: '/orders/a b', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'test/1' },
        requestId: expect.stringMatching(/^[\w-]{15}=$/),
        routeKey: 'POST /orders/{orderId}',
        stage: '$default',
        time: expect.stringMatching(/^\d\d\/\w{3}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
        timeEpoch: now,
      },
      pathParameters: { orderId: 'a b' },
      body: '{"é":1}',
      isBase64Encoded: false,
    });
    expect(given.headers).not.toHaveProperty('cookie');
  });

  test('omits members without content', async () => {
    const { event } = await start(echoApi(route('GET /plain')));
    const given = await event('/plain');
    for (const member of ['cookies', 'queryStringParameters', 'pathParameters', 'body']) {
      expect(given).not.toHaveProperty(member);
    }
    expect(given).toMatchObject({ rawQueryString: '', isBase64Encoded: false });
  });

  test('joins repeated headers with commas and accepts unusual names', async () => {
    const { port } = await start(echoApi(route('GET /plain')));
    const text = await raw(
      port,
      'GET /plain?__proto__=1 HTTP/1.1\r\nHost: h\r\nX-A: 1\r\nx-a: 2\r\n__proto__: p\r\nConnection: close\r\n\r\n',
    );
    const event = JSON.parse(text.slice(text.indexOf('\r\n\r\n') + 4)) as { headers: Record<string, string> };
    expect(event.headers['x-a']).toBe('1,2');
  });

  test.each([
    ['application/json', 'text', false],
    ['text/csv; charset=utf-8', 'text', false],
    ['application/x-www-form-urlencoded', 'a=1', true],
    ['application/octet-stream', 'text', true],
    ['application/json', Buffer.from([0x22, 0xff, 0x22]), true],
  ])('contains a body of %s', async (type, content, isBase64Encoded) => {
    const { event } = await start(echoApi(route('POST /in')));
    const given = await event('/in', { method: 'POST', body: content, headers: { 'content-type': type } });
    const body = isBase64Encoded ? Buffer.from(content).toString('base64') : content;
    expect(given).toMatchObject({ body, isBase64Encoded });
  });
});

const returning = (value: string) => [
  functionOf('response', `export const handler = async () => (${value})`),
  integration('ToResponse', 'response'),
  permission('response'),
  route('ANY /', { Target: 'integrations/ToResponse' }),
];

describe('the function’s response', () => {
  test('sets status, headers, cookies and body', async () => {
    const { get } = await start(
      returning(
        `{ statusCode: 201, headers: { Location: '/x', 'X-N': 5, 'Content-Length': 1 }, cookies: ['a=1', 'b=2'], body: 'é' }`,
      ),
    );
    const response = await get('/');
    expect(response.status).toBe(201);
    expect(await response.text()).toBe('é');
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      location: '/x',
      'x-n': '5',
      'content-length': '2',
      'content-type': 'text/plain;charset=utf-8',
    });
  });

  test.each([
    [`{ a: 1 }`, 200, '{"a":1}'],
    [`'hello'`, 200, 'hello'],
    [`null`, 200, 'null'],
    [`{ statusCode: 204 }`, 204, ''],
    [`{ statusCode: 200, isBase64Encoded: true, body: 'w6k=' }`, 200, 'é'],
  ])('%s is sent', async (value, status, body) => {
    const { get } = await start(returning(value));
    const response = await get('/');
    expect([response.status, await response.text()]).toEqual([status, body]);
  });

  test.each([
    `{ statusCode: 'many' }`,
    `{ statusCode: 99 }`,
    `{ statusCode: 200, body: { a: 1 } }`,
    `{ statusCode: 200, headers: { 'X-A': 'two\\r\\nlines' } }`,
    `{ statusCode: 200, headers: { 'bad name': 'x' } }`,
    `(() => { throw new Error('broken') })()`,
  ])('%s results in a 500 and a log line', async (value) => {
    const { get, lines } = await start(returning(value));
    const response = await get('/');
    expect([response.status, await response.json()]).toEqual([500, { message: 'Internal Server Error' }]);
    expect(lines).toHaveLength(1);
  });

  test('to HEAD has no body', async () => {
    const { get } = await start(returning(`{ statusCode: 200, body: 'four' }`));
    const response = await get('/', { method: 'HEAD' });
    expect([response.headers.get('content-length'), await response.text()]).toEqual(['4', '']);
  });

  test('after the integration timeout is a 503', async () => {
    const slow = `new Promise((resolve) => setTimeout(resolve, 500))`;
    const [fn, , permit, to] = returning(slow) as [SmallResource, SmallResource, SmallResource, SmallResource];
    const { get } = await start([fn, integration('ToResponse', 'response', { TimeoutInMillis: 100 }), permit, to]);
    const response = await get('/');
    expect([response.status, await response.json()]).toEqual([503, { message: 'Service Unavailable' }]);
  });

  test('is a 503 if the function is throttled, and a 500 if its resource policy does not allow the API', async () => {
    const off = await start([
      functionOf('echo', echo, { ReservedConcurrentExecutions: 0 }),
      integration('ToEcho', 'echo'),
      permission('echo'),
      route('GET /'),
    ]);
    expect((await off.get('/')).status).toBe(503);
    const closed = await start([
      functionOf('echo', echo),
      integration('ToEcho', 'echo'),
      permission('echo', `${apiId}/*/POST/other`),
      route('GET /'),
    ]);
    expect((await closed.get('/')).status).toBe(500);
    expect(closed.lines[0]).toContain('AWS::Lambda::Permission');
  });
});

const guarded = (audience = ['till']) =>
  echoApi(
    ...identityResources(audience),
    route('GET /orders', {
      AuthorizationType: 'JWT',
      AuthorizerId: 'Tokens',
      AuthorizationScopes: ['shop/read', 'shop/all'],
    }),
    route('GET /any-token', { AuthorizationType: 'JWT', AuthorizerId: 'Tokens' }),
    route('GET /open'),
  );
const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

describe('a protected route', () => {
  test('accepts a token with one of its scopes, and passes the claims to the function', async () => {
    const { identity, event } = await start(guarded());
    const token = await identity.issueToken({ clientId: 'till', scopes: ['shop/read', 'shop/write'] }, 60);
    const { requestContext } = (await event('/orders', bearer(token))) as { requestContext: object };
    expect(requestContext).toMatchObject({
      authorizer: {
        jwt: {
          claims: {
            client_id: 'till',
            scope: 'shop/read shop/write',
            version: '2',
            exp: expect.stringMatching(/^\d+$/),
          },
          scopes: ['shop/read'],
        },
      },
    });
    const open = (await event('/open')) as { requestContext: object };
    expect(open.requestContext).not.toHaveProperty('authorizer');
    expect(await event('/any-token', bearer(token))).toMatchObject({
      requestContext: { authorizer: { jwt: { scopes: null } } },
    });
  });

  test('refuses a request without a token, with an invalid token and with another audience', async () => {
    const { identity, get } = await start(guarded());
    const elsewhere = await start(guarded());
    const tokenOf = (clientId: string, seconds: number) =>
      identity.issueToken({ clientId, scopes: ['shop/read'] }, seconds);
    const foreign = await elsewhere.identity.issueToken({ clientId: 'till', scopes: ['shop/read'] }, 60);
    const bad = [
      {},
      bearer(''),
      bearer('nonsense'),
      bearer(await tokenOf('till', -1)),
      bearer(await tokenOf('desk', 60)),
      bearer(foreign),
      { headers: { authorization: 'Basic dGlsbDp0aWxs' } },
    ];
    for (const init of bad) {
      const response = await get('/orders', init);
      expect(response.status).toBe(401);
      expect(response.headers.get('content-type')).toBe('application/problem+json');
      expect(response.headers.get('www-authenticate')).toMatch(/^Bearer/);
      expect(await response.json()).toEqual({
        type: 'unauthorized',
        title: 'Unauthorized',
        status: 401,
        detail: expect.any(String),
        message: 'Unauthorized',
      });
    }
  });

  test('returns 403 for a token without one of its scopes', async () => {
    const { identity, get } = await start(guarded());
    const token = await identity.issueToken({ clientId: 'till', scopes: ['shop/write'] }, 60);
    const response = await get('/orders', bearer(token));
    expect(response.status).toBe(403);
    expect(response.headers.get('www-authenticate')).toBe(
      'Bearer scope="shop/read shop/all" error="insufficient_scope"',
    );
    expect(await response.json()).toMatchObject({ type: 'forbidden', status: 403, message: 'Forbidden' });
  });

  test('refuses a request without reading its body', async () => {
    const { port } = await start(guarded());
    const text = await raw(port, 'GET /orders HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\nstart');
    expect(text).toMatch(/^HTTP\/1\.1 401 /);
  });
});

describe('cross-origin requests', () => {
  const cors = {
    CorsConfiguration: {
      AllowOrigins: ['https://shop.example'],
      AllowMethods: ['GET', 'POST'],
      AllowHeaders: ['Authorization'],
      MaxAge: 60,
    },
  };

  test('receive the preflight response and CORS headers from the API', async () => {
    const { get } = await start(echoApi(api(cors), route('GET /')));
    const origin = 'https://shop.example';
    const preflight = await get('/', {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'GET' },
    });
    expect(preflight.status).toBe(204);
    expect(Object.fromEntries(preflight.headers)).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-allow-methods': 'GET,POST',
      'access-control-allow-headers': 'authorization',
      'access-control-max-age': '60',
    });
    const allowed = await get('/', { headers: { origin } });
    expect(allowed.headers.get('access-control-allow-origin')).toBe(origin);
    const other = await get('/', { headers: { origin: 'https://elsewhere.example' } });
    expect(other.headers.has('access-control-allow-origin')).toBe(false);
  });
});

describe('the server', () => {
  test('refuses more than 10 MB with or without a content length, and continues', async () => {
    const { get, port } = await start(echoApi(route('POST /in')));
    const text = await raw(port, 'POST /in HTTP/1.1\r\nHost: h\r\nContent-Length: 10485761\r\n\r\n');
    expect(text).toMatch(/^HTTP\/1\.1 413 [^]*\{"message":"Request Entity Too Large"\}$/);
    const status = await new Promise((resolve, reject) => {
      const upload = httpRequest({ port, path: '/in', method: 'POST' }, (response) => resolve(response.statusCode));
      upload.on('error', reject);
      for (let sent = 0; sent < 11; sent += 1) upload.write(Buffer.alloc(1_048_576));
    });
    expect(status).toBe(413);
    expect((await get('/in', { method: 'POST', body: 'x' })).status).toBe(200);
  });

  test.each<[string, string, Record<string, string>]>([
    ['a long path', '/in?x=' + 'x'.repeat(10_300), {}],
    ['a long header', '/in', { cookie: 'x'.repeat(10_300) }],
    ['many headers', '/in', Object.fromEntries(Array.from({ length: 11 }, (_, n) => [`x-${n}`, 'x'.repeat(950)]))],
    ['a path and a header', '/in?x=' + 'x'.repeat(6000), { cookie: 'x'.repeat(6000) }],
    ['the longest header of a path', '/in', { 'x-long': 'x'.repeat(10_250) }],
  ])('returns 431 for %s: request line and header values over 10,240 bytes', async (_name, path, headers) => {
    const { get } = await start(echoApi(route('$default')));
    const response = await get(path, { headers });
    expect(response.status).toBe(431);
    expect(await response.json()).toEqual({ message: 'Request Header Fields Too Large' });
  });

  test('returns 413 for an event over the function’s payload limit', async () => {
    const { get } = await start(echoApi(route('POST /in')));
    expect((await get('/in', { method: 'POST', body: Buffer.alloc(6_000_000) })).status).toBe(413);
  });

  test('continues after malformed requests, incomplete requests and disconnects', async () => {
    const slow = 'export const handler = async () => { await new Promise((r) => setTimeout(r, 200)); return 1 }';
    const { get, port, lines } = await start(
      echoApi(
        functionOf('slow', slow),
        integration('ToSlow', 'slow'),
        permission('slow'),
        route('GET /slow', { Target: 'integrations/ToSlow' }),
        route('$default'),
      ),
    );
    expect(await raw(port, '\u0000\u0001garbage\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
    expect(await raw(port, 'GET http://[bad HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n')).toMatch(
      /^HTTP\/1\.1 200 /,
    );
    expect(await raw(port, 'OPTIONS * HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n')).toMatch(/^HTTP\/1\.1 200 /);
    const half = connect(port, '127.0.0.1');
    half.write('POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nhalf');
    await expect.poll(() => half.bytesWritten).toBeGreaterThan(0);
    half.destroy();
    await expect(get('/slow', { signal: AbortSignal.timeout(50) })).rejects.toThrow('abort');
    expect((await get('/fine')).status).toBe(200);
    expect(lines).toEqual([]);
  });

  test('throttles by the limits of the stage and of the route', async () => {
    const { get } = await start(
      echoApi(
        stage({
          DefaultRouteSettings: { ThrottlingBurstLimit: 3, ThrottlingRateLimit: 0.001 },
          RouteSettings: { 'GET /more': { ThrottlingBurstLimit: 5, ThrottlingRateLimit: 0.001 } },
        }),
        route('GET /'),
        route('GET /more'),
      ),
    );
    const statuses = async (path: string) => {
      const found: number[] = [];
      for (let count = 0; count < 6; count += 1) found.push((await get(path)).status);
      return found;
    };
    expect(await statuses('/')).toEqual([200, 200, 200, 429, 429, 429]);
    expect(await statuses('/more')).toEqual([200, 200, 200, 200, 200, 429]);
    expect(await (await get('/')).json()).toEqual({ message: 'Too Many Requests' });
  });
});

test.each([
  ['another stage', stage({ StageName: 'prod' }), 'StageName'],
  [
    'throttling of a route that does not exist',
    stage({ RouteSettings: { 'GET /no': { ThrottlingBurstLimit: 5, ThrottlingRateLimit: 5 } } }),
    'unable to find Route by key GET /no',
  ],
  [
    'half of the throttling of a route',
    [stage({ RouteSettings: { 'GET /x': { ThrottlingBurstLimit: 5 } } }), route('GET /x')],
    'ThrottlingRateLimit',
  ],
  ['payload format 1.0', integration('Old', 'echo', { PayloadFormatVersion: '1.0' }), 'PayloadFormatVersion'],
  ['a route without an integration', route('GET /x', { Target: 'integrations/None' }), 'integrations/None'],
  ['a route with IAM authorization', route('GET /x', { AuthorizationType: 'AWS_IAM' }), 'AuthorizationType'],
  [
    'a route whose authorizer is missing',
    route('GET /x', { AuthorizationType: 'JWT', AuthorizerId: 'No' }),
    'authorizer',
  ],
])('an API with %s prevents the start with one sentence', async (_name, odd, message) => {
  await expect(start(echoApi(...[odd].flat()))).rejects.toThrow(message);
});
