import { createHash, randomBytes } from 'node:crypto';
import type { LocalStore } from '../../../infra/local-store.ts';

type Office = Pick<
  LocalStore,
  'people' | 'issuer' | 'tokenEndpoint' | 'authorizationEndpoint' | 'peopleClientId' | 'apiUrl'
>;

/** Sends the sign-in page of an authorization request with a person's password. Returns where it leads back to. */
async function submitSignIn({ people, issuer }: Pick<Office, 'people' | 'issuer'>, request: string, name: string) {
  const person = people[name];
  if (!person) throw new Error(`There is no person ${name}`);
  const page = await fetch(request);
  if (page.status !== 200) throw new Error(`The sign-in page answers ${page.status}: ${await page.text()}`);
  const body = new URLSearchParams(new URL(request).searchParams);
  body.set('person', person.userName);
  body.set('password', person.password);
  const back = await fetch(`${issuer}/login`, { method: 'POST', body, redirect: 'manual' });
  return back.headers.get('location') ?? '';
}

/** A person's access token: authorization code with PKCE, as an application of the store gets it. */
export async function accessTokenOf(office: Office, name: string): Promise<string> {
  const verifier = randomBytes(32).toString('base64url');
  const client = { client_id: office.peopleClientId ?? '', redirect_uri: 'http://localhost:3000/console' };
  const query = new URLSearchParams({
    ...client,
    response_type: 'code',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  const back = await submitSignIn(office, `${office.authorizationEndpoint}?${query.toString()}`, name);
  const code = new URL(back).searchParams.get('code') ?? '';
  const body = new URLSearchParams({ ...client, grant_type: 'authorization_code', code, code_verifier: verifier });
  const response = await fetch(office.tokenEndpoint, { method: 'POST', body });
  const { access_token: token } = (await response.json()) as { access_token?: string };
  if (token === undefined) throw new Error(`The token endpoint answers ${response.status}`);
  return token;
}

/** The cookie of a person who signed in to the console. */
export async function consoleCookieOf(office: Office, name: string): Promise<string> {
  const begun = await fetch(`${office.apiUrl}/console/sign-in`, { redirect: 'manual' });
  const cookie = cookieIn(begun);
  const back = await submitSignIn(office, begun.headers.get('location') ?? '', name);
  const signedIn = await fetch(back, { redirect: 'manual', headers: { cookie } });
  if (signedIn.status !== 303) throw new Error(`The console answers ${signedIn.status} to the sign-in of ${name}`);
  return cookieIn(signedIn);
}

const cookieIn = (response: Response) => response.headers.get('set-cookie')?.split(';')[0] ?? '';
