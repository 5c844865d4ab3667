import { createHash } from 'node:crypto';
import { afterEach, expect, test, vi } from 'vitest';
import { html } from '../../../../infra/local/console/html.ts';
import { languageOf, localeOf, messagesIn } from '../../../../infra/local/console/messages.ts';
import { openSessions } from '../../../../infra/local/console/sessions.ts';
import type { VerifyToken } from '../../../../infra/local/identity/token-verifier.ts';

afterEach(() => vi.unstubAllGlobals());

const roles = { bakers: { permissionSet: 'Bakers', policies: ['Baking'] } };
const claims = { aud: 'people', token_use: 'id', email: 'ada@localhost', 'cognito:groups': ['bakers'] };

/** A sign-in with a token endpoint that answers with what `claimsFor` makes of the nonce. */
async function signIn(claimsFor: (nonce: string) => object = () => ({})) {
  let now = 0;
  let nonce = '';
  const bodies: URLSearchParams[] = [];
  vi.stubGlobal('fetch', async (_url: string, { body }: { body: URLSearchParams }) => {
    bodies.push(body);
    return Response.json({ id_token: 'token' });
  });
  const verifyToken: VerifyToken = async () => ({
    kind: 'verified',
    claims: { iss: 'us', exp: 1, ...claims, nonce, ...claimsFor(nonce) },
  });
  const provider = {
    authorizationEndpoint: 'http://id',
    tokenEndpoint: 'http://id',
    peopleClientId: 'people',
    verifyToken,
  };
  const sessions = openSessions({ provider, roles, accountId: '000000000000', now: () => now });
  const begun = sessions.begin('http://localhost:3000/console');
  const query = new URL(begun?.location ?? '').searchParams;
  nonce = query.get('nonce') ?? '';
  const pass = (milliseconds: number) => (now += milliseconds);
  return { sessions, cookie: begun?.cookie.split(';')[0], state: query.get('state') ?? '', query, bodies, pass };
}

test('a person signs in once per code, with the verifier of the challenge, in the role of their group', async () => {
  const { sessions, cookie, state, query, bodies, pass } = await signIn();
  const signedIn = await sessions.complete('code', state, cookie);
  expect(signedIn).toMatch(/HttpOnly; SameSite=Lax/);
  const verifier = bodies[0]?.get('code_verifier') ?? '';
  expect(createHash('sha256').update(verifier).digest('base64url')).toBe(query.get('code_challenge'));
  expect(sessions.find(signedIn?.split(';')[0])?.person).toEqual({
    name: 'ada@localhost',
    arn: 'arn:aws:sts::000000000000:assumed-role/AWSReservedSSO_Bakers_0000000000000000/ada@localhost',
    policies: ['Baking'],
  });
  expect(await sessions.complete('code', state, cookie)).toBeUndefined();
  for (const other of [undefined, '', 'console-session=', 'console-session=x', `x${signedIn}`]) {
    expect(sessions.find(other)).toBeUndefined();
  }
  pass(13 * 3_600_000);
  expect(sessions.find(signedIn)).toBeUndefined();
});

test('a sign-in of another browser, state, nonce, client or group is refused, and a late one', async () => {
  for (const change of [
    { nonce: 'x' },
    { aud: 'other' },
    { token_use: 'access' },
    { 'cognito:groups': ['toString'] },
  ]) {
    const { sessions, cookie, state } = await signIn(() => change);
    expect(await sessions.complete('code', state, cookie)).toBeUndefined();
  }
  const other = await signIn();
  expect(await other.sessions.complete('code', other.state, undefined)).toBeUndefined();
  expect(await other.sessions.complete('code', 'guessed', other.cookie)).toBeUndefined();
  const late = await signIn();
  late.pass(600_001);
  expect(await late.sessions.complete('code', late.state, late.cookie)).toBeUndefined();
});

test('HTML keeps what a template made, and escapes everything else', () => {
  expect(html`<a title="${'"<&'}">${[html`<b>${1}</b>`, undefined]}</a>`.markup).toBe(
    '<a title="&quot;&lt;&amp;"><b>1</b></a>',
  );
});

test.each([
  ['zh-TW,zh;q=0.9', 'zh-Hant', '佇列', 'zh_TW'],
  ['zh-Hans', 'zh-Hans', '队列', 'zh_CN'],
  ['zh-CN', 'zh-Hans', '队列', 'zh_CN'],
  ['de-CH', 'en', 'Queues', 'en'],
  ['', 'en', 'Queues', 'en'],
])('%s is shown in %s', (preferred, language, queues, locale) => {
  expect(languageOf(preferred)).toBe(language);
  expect(messagesIn(languageOf(preferred))('queues')).toBe(queues);
  expect(localeOf(languageOf(preferred))).toBe(locale);
});
