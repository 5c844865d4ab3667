import { createHash } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import { startIdentity } from '../../../../infra/local/identity/identity.ts';
import type { InvokeResult } from '../../../../infra/local/lambda/invoke-result.ts';
import { type SmallResource, smallContext } from '../small-template.ts';

const poolArn = 'arn:aws:cognito-idp:eu-west-1:000000000000:userpool/Pool';
const functionArn = 'arn:aws:lambda:eu-west-1:000000000000:function:scopes';
const pool = (triggers: object = { PreTokenGenerationConfig: { LambdaArn: functionArn, LambdaVersion: 'V2_0' } }) => ({
  id: 'Pool',
  type: 'AWS::Cognito::UserPool',
  arn: poolArn,
  properties: { LambdaConfig: triggers },
});
const group = (GroupName: string) => ({
  id: `Group${GroupName}`,
  type: 'AWS::Cognito::UserPoolGroup',
  properties: { GroupName },
});
const people = (properties: object = {}): SmallResource => ({
  id: 'people',
  type: 'AWS::Cognito::UserPoolClient',
  properties: {
    AllowedOAuthFlows: ['code'],
    AllowedOAuthFlowsUserPoolClient: true,
    AllowedOAuthScopes: ['openid'],
    CallbackURLs: ['http://localhost:3000/app', 'https://shop.example/app'],
    LogoutURLs: ['https://shop.example/bye'],
    ...properties,
  },
});
const permission = (SourceArn = poolArn) => ({
  id: 'Permission',
  type: 'AWS::Lambda::Permission',
  properties: {
    Action: 'lambda:InvokeFunction',
    FunctionName: functionArn,
    Principal: 'cognito-idp.amazonaws.com',
    SourceArn,
  },
});
const all = [pool(), group('baker'), group('driver'), people(), permission()];

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

const addsScopes = (event: { request: { groupConfiguration: { groupsToOverride: string[] } } }): unknown => ({
  scopesToAdd: event.request.groupConfiguration.groupsToOverride.map((name) => `shop/${name}`),
});

async function start(resources: SmallResource[] = all, generation: (event: never) => unknown = addsScopes) {
  const small = smallContext(resources);
  cleanups.push(small.close);
  const events: unknown[] = [];
  const invoke = async (_arn: string, payload: string): Promise<InvokeResult> => {
    const event = JSON.parse(payload) as never;
    events.push(event);
    const response = { claimsAndScopeOverrideDetails: { accessTokenGeneration: generation(event) } };
    return { kind: 'ok', payload: JSON.stringify({ response }) };
  };
  const identity = await startIdentity(small.context, { invoke });
  cleanups.push(identity.stop);
  return { ...small, ...identity, events };
}
type Started = Awaited<ReturnType<typeof start>>;

const verifier = 'a-verifier-of-forty-three-characters-or-more';
const challenge = createHash('sha256').update(verifier).digest('base64url');
const asked = {
  response_type: 'code',
  client_id: 'people',
  redirect_uri: 'https://shop.example/app',
  state: 'xyz',
  code_challenge: challenge,
  code_challenge_method: 'S256',
};
const authorize = ({ authorizationEndpoint }: Started, changes: Record<string, string> = {}) =>
  fetch(`${authorizationEndpoint}?${new URLSearchParams({ ...asked, ...changes }).toString()}`, { redirect: 'manual' });
const submit = ({ issuer, people: known }: Started, name: string, changes: Record<string, string> = {}) => {
  const { userName = '', password = '' } = known[name] ?? {};
  const body = new URLSearchParams({ ...asked, person: userName, password, ...changes });
  return fetch(`${issuer}/login`, { method: 'POST', body, redirect: 'manual' });
};
const codeOf = (response: Response) => new URL(response.headers.get('location') ?? '').searchParams.get('code') ?? '';
const exchange = ({ tokenEndpoint }: Started, fields: Record<string, string>) =>
  fetch(tokenEndpoint, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: 'people',
      redirect_uri: asked.redirect_uri,
      code_verifier: verifier,
      ...fields,
    }),
  });
type Tokens = { access_token: string; id_token: string; refresh_token: string };

describe('the sign-in page', () => {
  test('offers one person per group, and leads back with a code for their password', async () => {
    const started = await start();
    const page = await authorize(started);
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    const text = await page.text();
    for (const name of ['baker@localhost', 'driver@localhost']) expect(text).toContain(`value="${name}"`);
    expect(text).not.toContain(started.people['baker']?.password);
    const back = await submit(started, 'baker');
    expect(back.status).toBe(302);
    const to = new URL(back.headers.get('location') ?? '');
    expect([to.origin + to.pathname, to.searchParams.get('state')]).toEqual(['https://shop.example/app', 'xyz']);
    const response = await exchange(started, { code: codeOf(back) });
    const tokens = (await response.json()) as Tokens;
    expect(await started.verifyToken(tokens.access_token)).toMatchObject({
      kind: 'verified',
      claims: {
        sub: started.people['baker']?.subject,
        username: started.people['baker']?.subject,
        client_id: 'people',
        token_use: 'access',
        scope: 'openid shop/baker',
        'cognito:groups': ['baker'],
      },
    });
    expect(await started.verifyToken(tokens.id_token)).toMatchObject({
      claims: { aud: 'people', token_use: 'id', email: 'baker@localhost' },
    });
    expect(started.events).toMatchObject([
      { version: '2', userPoolId: 'Pool', callerContext: { clientId: 'people' }, request: { scopes: ['openid'] } },
    ]);
  });

  test('shows again after a wrong password, and escapes what it is given', async () => {
    const started = await start();
    const wrong = await submit(started, 'baker', { password: 'guess', state: '"><script>alert(1)</script>' });
    expect(wrong.status).toBe(401);
    expect(await wrong.text()).not.toContain('<script>');
    expect((await submit(started, 'baker', { person: '__proto__', password: '' })).status).toBe(401);
  });

  test.each<[string, Record<string, string>, string]>([
    ['an unknown client', { client_id: 'other' }, 'invalid_client'],
    ['another callback address', { redirect_uri: 'https://evil.example/app' }, 'redirect_mismatch'],
    ['a longer callback address', { redirect_uri: 'https://shop.example/app/more' }, 'redirect_mismatch'],
    ['another port of another machine', { redirect_uri: 'https://shop.example:444/app' }, 'redirect_mismatch'],
    ['no challenge', { code_challenge: '' }, 'invalid_request: code_challenge'],
    ['a plain challenge', { code_challenge_method: 'plain' }, 'invalid_request: code_challenge_method'],
    ['a token instead of a code', { response_type: 'token' }, 'invalid_request: response_type'],
    ['a scope of the trigger', { scope: 'openid shop/driver' }, 'invalid_scope'],
  ])('refuses %s without a redirect', async (_what, changes, error) => {
    const started = await start();
    for (const response of [await authorize(started, changes), await submit(started, 'baker', changes)]) {
      expect([response.status, await response.json()]).toEqual([400, { error }]);
    }
  });

  test('accepts another port of this machine, and leads only to the client’s address after signing out', async () => {
    const started = await start();
    expect((await authorize(started, { redirect_uri: 'http://127.0.0.1:4567/app' })).status).toBe(200);
    expect((await authorize(started, { redirect_uri: 'http://127.0.0.1:4567/other' })).status).toBe(400);
    const logout = (to: string) =>
      fetch(`${started.issuer}/logout?client_id=people&logout_uri=${encodeURIComponent(to)}`, { redirect: 'manual' });
    expect((await logout('https://shop.example/bye')).status).toBe(302);
    expect((await logout('https://evil.example/')).status).toBe(400);
  });
});

describe('a code', () => {
  test.each<[string, Record<string, string>]>([
    ['without its verifier', { code_verifier: 'another-verifier-of-forty-three-characters-' }],
    ['at another address', { redirect_uri: 'http://localhost:3000/app' }],
    ['that was never issued', { code: 'x' }],
  ])('%s gives no token', async (_what, fields) => {
    const started = await start();
    const response = await exchange(started, { code: codeOf(await submit(started, 'baker')), ...fields });
    expect([response.status, await response.json()]).toEqual([400, { error: 'invalid_grant' }]);
  });

  test('gives tokens once, and none after five minutes', async () => {
    const started = await start();
    const code = codeOf(await submit(started, 'baker'));
    expect((await exchange(started, { code })).status).toBe(200);
    expect((await exchange(started, { code })).status).toBe(400);
    const late = codeOf(await submit(started, 'baker'));
    started.clock.ahead = 301_000;
    expect((await exchange(started, { code: late })).status).toBe(400);
  });
});

test('a refresh token gives tokens of the same person by the trigger, until it expires', async () => {
  const started = await start([...all.filter(({ id }) => id !== 'people'), people({ RefreshTokenValidity: 1 })]);
  const response = await exchange(started, { code: codeOf(await submit(started, 'driver')) });
  const { refresh_token: token } = (await response.json()) as Tokens;
  const refresh = () => exchange(started, { grant_type: 'refresh_token', refresh_token: token });
  const { access_token: access } = (await (await refresh()).json()) as Tokens;
  expect(await started.verifyToken(access)).toMatchObject({
    claims: { sub: started.people['driver']?.subject, scope: 'openid shop/driver' },
  });
  expect(started.events).toHaveLength(2);
  started.clock.ahead = 86_401_000;
  expect((await refresh()).status).toBe(400);
});

test('the trigger can neither name another person nor give a client’s claims', async () => {
  const started = await start(all, () => ({
    scopesToAdd: ['shop/extra'],
    scopesToSuppress: ['openid'],
    claimsToAddOrOverride: { sub: 'somebody', client_id: 'till', team: 'night' },
  }));
  const token = await started.issuePersonToken({ subject: 'person-1', groups: [] });
  const verified = await started.verifyToken(token);
  expect(verified).toMatchObject({
    claims: { sub: 'person-1', client_id: 'people', scope: 'shop/extra', team: 'night' },
  });
  expect(JSON.stringify(verified)).not.toContain('cognito:groups');
});

test.each([
  ['suppressed claims', () => ({ claimsToSuppress: ['email'] })],
  ['a scope with a blank', () => ({ scopesToAdd: ['a b'] })],
  ['an unknown option', () => ({ scopesToOverride: [] })],
])('a trigger that answers with %s gives no token', async (_what, generation) => {
  const started = await start(all, generation);
  await expect(started.issuePersonToken({ subject: 'person-1', groups: [] })).rejects.toThrow(
    /claimsToSuppress|suppresses|scopesToAdd|scopesToOverride/,
  );
});

test.each<[string, SmallResource[], RegExp]>([
  ['another trigger', [pool({ PreSignUp: functionArn }), people()], /PreSignUp/],
  [
    'a trigger of version 1',
    [pool({ PreTokenGenerationConfig: { LambdaArn: functionArn, LambdaVersion: 'V1_0' } }), people(), permission()],
    /V2_0 only/,
  ],
  ['a trigger of the old property', [pool({ PreTokenGeneration: functionArn }), people(), permission()], /V2_0 only/],
  ['a trigger that the pool may not invoke', [pool(), people()], /no AWS::Lambda::Permission/],
  ['a permission for another pool', [pool(), people(), permission(`${poolArn}2`)], /no AWS::Lambda::Permission/],
  ['a secret of the public client', [pool(), people({ GenerateSecret: true }), permission()], /GenerateSecret/],
  ['no callback address', [pool(), people({ CallbackURLs: [] }), permission()], /CallbackURLs/],
])('%s prevents the start with one sentence', async (_what, resources, message) => {
  await expect(start(resources)).rejects.toThrow(message);
});
