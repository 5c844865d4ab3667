import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { importJWK, type JWK, SignJWT, UnsecuredJWT } from 'jose';
import { afterEach, describe, expect, test } from 'vitest';
import { startIdentity } from '../../../../infra/local/identity/identity.ts';
import { type SmallResource, smallContext } from '../small-template.ts';

const server: SmallResource = {
  id: 'Scopes',
  type: 'AWS::Cognito::UserPoolResourceServer',
  properties: { Identifier: 'shop', Scopes: [{ ScopeName: 'read' }, { ScopeName: 'write' }] },
};
const clientOf = (name: string, properties: Record<string, unknown> = {}): SmallResource => ({
  id: name,
  type: 'AWS::Cognito::UserPoolClient',
  properties: {
    ClientName: name,
    AllowedOAuthFlows: ['client_credentials'],
    AllowedOAuthFlowsUserPoolClient: true,
    AllowedOAuthScopes: ['shop/read', 'shop/write'],
    GenerateSecret: true,
    ...properties,
  },
});

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function start(resources = [server, clientOf('till')], directory?: string) {
  const small = smallContext(resources, directory === undefined ? {} : { directory });
  cleanups.push(small.close);
  const identity = await startIdentity(small.context);
  cleanups.push(identity.stop);
  const secret = identity.clients.till?.clientSecret ?? '';
  const requestToken = (fields: Record<string, string>, headers: Record<string, string> = {}) =>
    fetch(identity.tokenEndpoint, { method: 'POST', body: new URLSearchParams(fields), headers });
  const token = async (fields: Record<string, string> = {}) => {
    const response = await requestToken(
      { grant_type: 'client_credentials', ...fields },
      { authorization: basic('till', secret) },
    );
    return ((await response.json()) as { access_token: string }).access_token;
  };
  const key = () => {
    const stored = JSON.parse(readFileSync(join(small.directory, 'identity.json'), 'utf8')) as { signingKey: JWK };
    return stored.signingKey;
  };
  return { ...small, ...identity, identity, secret, requestToken, token, key };
}

const basic = (id: string, secret: string) => `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
const outcome = async (response: Promise<Response>) => {
  const { status, headers } = await response;
  return [status, await (await response).json(), headers.get('www-authenticate')];
};
const grant = { grant_type: 'client_credentials' };

describe('the token endpoint', () => {
  test('issues a token with the claims of Cognito', async () => {
    const { requestToken, secret, verifyToken, issuer } = await start();
    const response = await requestToken(grant, { authorization: basic('till', secret) });
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('no-store');
    const granted = (await response.json()) as { access_token: string };
    expect(granted).toEqual({ access_token: expect.any(String), expires_in: 3600, token_type: 'Bearer' });
    const verified = await verifyToken(granted.access_token);
    if (verified.kind === 'refused') throw new Error(verified.reason);
    expect(verified.claims).toEqual({
      sub: 'till',
      client_id: 'till',
      token_use: 'access',
      scope: 'shop/read shop/write',
      iss: issuer,
      auth_time: expect.any(Number),
      iat: expect.any(Number),
      exp: Number(verified.claims.iat) + 3600,
      jti: expect.any(String),
      version: 2,
    });
  });

  test('accepts the secret in the body, and issues only the requested scopes', async () => {
    const { requestToken, secret, verifyToken } = await start();
    const response = await requestToken({ ...grant, client_id: 'till', client_secret: secret, scope: 'shop/read' });
    const { access_token: token } = (await response.json()) as { access_token: string };
    expect(await verifyToken(token)).toMatchObject({ claims: { scope: 'shop/read' } });
  });

  test('uses the token lifetime of the client’s resource', async () => {
    const short = clientOf('till', { AccessTokenValidity: 10, TokenValidityUnits: { AccessToken: 'minutes' } });
    const { requestToken, secret } = await start([server, short]);
    const response = await requestToken(grant, { authorization: basic('till', secret) });
    expect(await response.json()).toMatchObject({ expires_in: 600 });
  });

  test('refuses a wrong or missing secret, an unknown client, a scope of another client and another grant type', async () => {
    const { requestToken, secret } = await start([server, clientOf('till', { AllowedOAuthScopes: ['shop/read'] })]);
    const right = { authorization: basic('till', secret) };
    const invalidClient = [401, { error: 'invalid_client' }, 'Basic realm="local"'];
    expect(await outcome(requestToken(grant, { authorization: basic('till', `${secret}x`) }))).toEqual(invalidClient);
    expect(await outcome(requestToken(grant, { authorization: basic('__proto__', '') }))).toEqual(invalidClient);
    expect(await outcome(requestToken(grant, { authorization: 'Basic ???' }))).toEqual(invalidClient);
    expect(await outcome(requestToken(grant))).toEqual(invalidClient);
    expect(await outcome(requestToken({ ...grant, client_id: 'till' }))).toEqual(invalidClient);
    expect(await outcome(requestToken({ ...grant, scope: 'shop/write' }, right))).toEqual([
      400,
      { error: 'invalid_scope' },
      null,
    ]);
    expect(await outcome(requestToken({ grant_type: 'password' }, right))).toEqual([
      400,
      { error: 'unsupported_grant_type' },
      null,
    ]);
    expect(await outcome(requestToken({}, right))).toEqual([400, { error: 'invalid_request' }, null]);
  });

  test('is the only endpoint that issues tokens', async () => {
    const { issuer } = await start();
    for (const path of ['/token', '/library-token', '/authorize', '/introspect', '/userinfo', '/oauth2/token/']) {
      const response = await fetch(`${issuer}${path}`, { method: 'POST', body: new URLSearchParams(grant) });
      expect(response.status).toBe(404);
    }
    const huge = await fetch(`${issuer}/oauth2/token`, { method: 'POST', body: 'x'.repeat(20_000) });
    expect(huge.status).toBe(413);
    const document = (await (await fetch(`${issuer}/.well-known/openid-configuration`)).json()) as { jwks_uri: string };
    expect(document).toMatchObject({ issuer, token_endpoint: `${issuer}/oauth2/token` });
    const keys = (await (await fetch(document.jwks_uri)).json()) as { keys: JWK[] };
    expect(keys.keys).toMatchObject([{ kty: 'RSA', alg: 'RS256' }]);
    expect(keys.keys[0]).not.toHaveProperty('d');
  });
});

describe('the token verifier refuses', () => {
  test('an expired token, also after an earlier successful check', async () => {
    const { token, verifyToken, issueToken, clock } = await start();
    const expired = await issueToken({ clientId: 'till', scopes: [] }, -1);
    expect(await verifyToken(expired)).toEqual({ kind: 'refused', reason: 'the token has expired' });
    const good = await token();
    expect(await verifyToken(good)).toMatchObject({ kind: 'verified' });
    clock.ahead = 3_601_000;
    expect(await verifyToken(good)).toEqual({ kind: 'refused', reason: 'the token has expired' });
  });

  test('a token of another issuer, or with this issuer’s name and another key', async () => {
    const here = await start();
    const there = await start();
    expect(await here.verifyToken(await there.token())).toMatchObject({ kind: 'refused' });
    const foreignKey = await importJWK(there.key());
    const forged = await new SignJWT({ client_id: 'till', scope: 'shop/write' })
      .setProtectedHeader({ alg: 'RS256', kid: here.key().kid ?? '' })
      .setIssuer(here.issuer)
      .setExpirationTime('1h')
      .sign(foreignKey);
    expect(await here.verifyToken(forged)).toEqual({ kind: 'refused', reason: 'the signature is not valid' });
  });

  test('a token with another issuer, an nbf in the future, or an iat in the future', async () => {
    const { key, issuer, verifyToken } = await start();
    const signing = await importJWK(key());
    const sign = (change: (jwt: SignJWT) => SignJWT) =>
      change(new SignJWT({ client_id: 'till' }).setIssuer(issuer).setExpirationTime('1h'))
        .setProtectedHeader({ alg: 'RS256', kid: key().kid ?? '' })
        .sign(signing);
    expect(await verifyToken(await sign((jwt) => jwt))).toMatchObject({ kind: 'verified' });
    const refusedOnes = [
      sign((jwt) => jwt.setIssuer('https://elsewhere.example')),
      sign((jwt) => jwt.setNotBefore('5m')),
      sign((jwt) => jwt.setIssuedAt(Math.floor(Date.now() / 1000) + 300)),
      new SignJWT({ client_id: 'till' })
        .setIssuer(issuer)
        .setProtectedHeader({ alg: 'RS256', kid: key().kid ?? '' })
        .sign(signing),
    ];
    for (const odd of refusedOnes) expect(await verifyToken(await odd)).toMatchObject({ kind: 'refused' });
  });

  test('an unsigned token, an HS256 token with the public key as secret, a modified token, and other text', async () => {
    const { token, verifyToken, issuer, key } = await start();
    const unsigned = new UnsecuredJWT({ client_id: 'till' }).setIssuer(issuer).setExpirationTime('1h').encode();
    const { n = '' } = key();
    const symmetric = await new SignJWT({ client_id: 'till' })
      .setIssuer(issuer)
      .setExpirationTime('1h')
      .setProtectedHeader({ alg: 'HS256' })
      .sign(Buffer.from(n));
    const [header, payload = '', signature] = (await token()).split('.');
    const claims = { ...(JSON.parse(Buffer.from(payload, 'base64url').toString()) as object), scope: 'shop/admin' };
    const tampered = [header, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.');
    for (const bad of [unsigned, symmetric, tampered, '', 'a.b.c', `${await token()}x`, '💥']) {
      expect(await verifyToken(bad)).toMatchObject({ kind: 'refused' });
    }
  });
});

describe('keys and secrets', () => {
  test('stay the same after a restart and are readable by their owner only', async () => {
    const first = await start();
    const good = await first.token();
    await first.stop();
    first.leave();
    cleanups.splice(0);
    const small = smallContext([server, clientOf('till'), clientOf('new')], { directory: first.directory });
    cleanups.push(small.close);
    const port = Number(new URL(first.issuer).port);
    const second = await startIdentity(small.context, { port });
    cleanups.push(second.stop);
    expect(second.clients.till?.clientSecret).toBe(first.secret);
    expect(second.clients.new?.clientSecret).not.toBe(first.secret);
    expect(await second.verifyToken(good)).toMatchObject({ kind: 'verified' });
    expect(statSync(join(first.directory, 'identity.json')).mode & 0o777).toBe(0o600);
  });

  test('prevent the start with one sentence if the file is damaged', async () => {
    const small = smallContext([server, clientOf('till')]);
    cleanups.push(small.close);
    writeFileSync(join(small.directory, 'identity.json'), '{"signingKey":');
    await expect(startIdentity(small.context)).rejects.toThrow(/identity\.json is damaged/);
  });
});

test.each([
  ['a scope that no resource server defines', { AllowedOAuthScopes: ['shop/refund'] }, 'shop/refund'],
  ['no secret', { GenerateSecret: false }, 'GenerateSecret'],
  ['another flow', { AllowedOAuthFlows: ['implicit'] }, 'AllowedOAuthFlows'],
  [
    'a token lifetime of one minute',
    { AccessTokenValidity: 1, TokenValidityUnits: { AccessToken: 'minutes' } },
    '5 minutes',
  ],
])('a client with %s prevents the start with one sentence', async (_name, properties, message) => {
  await expect(start([server, clientOf('till', properties)])).rejects.toThrow(message);
});
