import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { JWK } from 'jose';
import { OAuth2Issuer, OAuth2Service } from 'oauth2-mock-server';
import * as z from 'zod';
import type { LocalContext, Support } from '../context.ts';
import type { AwsService } from '../gateway/aws-call.ts';
import type { InvokeResult } from '../lambda/invoke-result.ts';
import { listen } from '../server.ts';
import { readClients } from './client.ts';
import { openKeys } from './keys.ts';
import { decideToken, type TokenRefusal } from './machine-token.ts';
import { signInPage } from './page.ts';
import { accessClaims, createTokenTrigger, idClaims, peopleOf, type Person, shortNameOf } from './people.ts';
import { createSignIn, type Grant, type SignIn } from './sign-in.ts';
import { createVerifier, type VerifyToken } from './token-verifier.ts';
import { createUserPool } from './user-pool.ts';

/** Inert: passwords, second factors and federation. The engine has people of its own, who sign in at its own page. */
export const supports: Support = {
  'AWS::Cognito::UserPool': {
    effective: ['LambdaConfig'],
    inert: [
      'AccountRecoverySetting',
      'AdminCreateUserConfig',
      'AliasAttributes',
      'AutoVerifiedAttributes',
      'DeletionProtection',
      'DeviceConfiguration',
      'EmailConfiguration',
      'EmailVerificationMessage',
      'EmailVerificationSubject',
      'EnabledMfas',
      'MfaConfiguration',
      'Policies',
      'Schema',
      'SmsVerificationMessage',
      'UserAttributeUpdateSettings',
      'UsernameAttributes',
      'UsernameConfiguration',
      'UserPoolAddOns',
      'UserPoolName',
      'UserPoolTags',
      'UserPoolTier',
      'VerificationMessageTemplate',
    ],
  },
  'AWS::Cognito::UserPoolResourceServer': { effective: ['Identifier', 'Scopes', 'UserPoolId'], inert: ['Name'] },
  'AWS::Cognito::UserPoolClient': {
    effective: [
      'AccessTokenValidity',
      'AllowedOAuthFlows',
      'AllowedOAuthFlowsUserPoolClient',
      'AllowedOAuthScopes',
      'CallbackURLs',
      'ClientName',
      'GenerateSecret',
      'LogoutURLs',
      'RefreshTokenValidity',
      'TokenValidityUnits',
      'UserPoolId',
    ],
    inert: [
      'AuthSessionValidity',
      'EnableTokenRevocation',
      'ExplicitAuthFlows',
      'IdTokenValidity',
      'PreventUserExistenceErrors',
      'SupportedIdentityProviders',
    ],
  },
  'AWS::Cognito::UserPoolDomain': { effective: [], inert: ['Domain', 'ManagedLoginVersion', 'UserPoolId'] },
  'AWS::Cognito::UserPoolGroup': {
    effective: ['GroupName'],
    inert: ['Description', 'Precedence', 'RoleArn', 'UserPoolId'],
  },
  'AWS::Cognito::UserPoolIdentityProvider': {
    effective: [],
    inert: ['AttributeMapping', 'IdpIdentifiers', 'ProviderDetails', 'ProviderName', 'ProviderType', 'UserPoolId'],
  },
};

export type Identity = {
  issuer: string;
  tokenEndpoint: string;
  /** Credentials by client id. */
  clients: Record<string, { clientId: string; clientSecret: string; scopes: string[] }>;
  authorizationEndpoint: string;
  /** The public client with which people sign in; undefined if the template has none. */
  peopleClientId: string | undefined;
  /** Credentials by user name without its domain, such as `finance` and `admin-2`. */
  people: Record<string, { userName: string; password: string; subject: string }>;
  verifyToken: VerifyToken;
  /** Issues a token as Cognito does; a negative `lifetimeSeconds` makes an expired one. */
  issueToken: (client: { clientId: string; scopes: string[] }, lifetimeSeconds: number) => Promise<string>;
  /** Issues the access token of a person who has these groups, as after their sign-in. */
  issuePersonToken: (person: { subject: string; groups: string[] }) => Promise<string>;
  /** The users of the user pool, for functions. */
  userPool: AwsService;
  stop: () => Promise<void>;
};

const maxBodyBytes = 16_384;
const paths = {
  token: '/oauth2/token',
  authorize: '/oauth2/authorize',
  login: '/login',
  logout: '/logout',
  jwks: '/.well-known/jwks.json',
  document: '/.well-known/openid-configuration',
};
/** The library's own token endpoint requires no secret; `admits` refuses requests for it. */
const openTokenPath = '/library-token';

type Options = {
  /** @default any free port */
  port?: number;
  /** Runs a function of the template: the trigger before an access token. */
  invoke?: (functionArn: string, payload: string) => Promise<InvokeResult>;
  /** Groups of which two people can sign in. @default none */
  groupsWithTwo?: readonly string[] | undefined;
};

/** Starts the identity provider. */
export async function startIdentity(context: LocalContext, options: Options = {}): Promise<Identity> {
  const { port = 0, invoke = () => Promise.reject(new Error('No function can run.')), groupsWithTwo } = options;
  const { machines, people: peopleClients } = readClients(context.template);
  const clients = new Map(machines.map((client) => [client.clientId, client]));
  const [peopleClient] = peopleClients;
  const groups = peopleClient ? peopleOf(context, groupsWithTwo) : new Map<string, string>();
  const userNames = [...groups.keys()];
  const keys = await openKeys(context.state.directory, [...clients.keys()], userNames);
  const { signingKey, clientSecrets } = keys;
  const people = new Map(
    [...groups].map(([userName, group]) => {
      const { subject = '', password = '' } = keys.people[userName] ?? {};
      return [userName, { userName, subject, password, groups: [group] }];
    }),
  );
  const changesFor = createTokenTrigger(context, invoke);
  const signIn = createSignIn({ clients: peopleClients, people, now: context.now });

  const provider = new OAuth2Issuer(false);
  await provider.keys.add(signingKey);
  const tokenWith = (claims: object, lifetimeSeconds: number) =>
    provider.buildToken({
      scopesOrTransform: (_header, payload) => {
        const issuedAt = Math.floor(context.now() / 1000);
        const times = { auth_time: issuedAt, iat: issuedAt, exp: issuedAt + lifetimeSeconds, nbf: undefined };
        Object.assign(payload, claims, times);
      },
    });
  const issueToken: Identity['issueToken'] = ({ clientId, scopes }, lifetimeSeconds) =>
    // Claims of Cognito's access token for a machine client, which has neither `aud` nor `nbf`.
    tokenWith(
      {
        sub: clientId,
        token_use: 'access',
        scope: scopes.join(' '),
        version: 2,
        jti: randomUUID(),
        client_id: clientId,
      },
      lifetimeSeconds,
    );
  const accessTokenOf = async ({ client, person, scopes }: Omit<Grant, 'nonce'>) =>
    tokenWith(accessClaims(client, person, scopes, await changesFor(client, person, scopes)), client.tokenSeconds);

  const service = new OAuth2Service(provider, { token: openTokenPath, jwks: paths.jwks });
  service.on('beforeWellKnownOpenIdConfiguration', (response: { body: Record<string, unknown> }) => {
    response.body = {
      issuer: provider.url,
      authorization_endpoint: `${provider.url}${paths.authorize}`,
      token_endpoint: `${provider.url}${paths.token}`,
      end_session_endpoint: `${provider.url}${paths.logout}`,
      jwks_uri: `${provider.url}${paths.jwks}`,
      grant_types_supported: ['client_credentials', 'authorization_code', 'refresh_token'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
      id_token_signing_alg_values_supported: ['RS256'],
      code_challenge_methods_supported: ['S256'],
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
    };
  });
  service.addRoute('POST', paths.token, async (request, response) => {
    const ofPerson = PersonRequest.safeParse(request.body).data;
    if (ofPerson && signIn.isClient(ofPerson.client_id)) return respondToPerson(response, ofPerson);
    const decision = decideToken(clients, clientSecrets, request.headers.authorization, request.body);
    if (decision.kind === 'refused') return refuse(response, decision);
    const { client, scopes } = decision;
    const token = await issueToken({ clientId: client.clientId, scopes }, client.tokenSeconds);
    return sendJson(response, 200, { access_token: token, expires_in: client.tokenSeconds, token_type: 'Bearer' });
  });

  const respondToPerson = async (response: ServerResponse, request: z.infer<typeof PersonRequest>) => {
    const isCode = request.grant_type === 'authorization_code';
    const decision = isCode ? signIn.exchange(request) : signIn.refresh(request);
    if (decision.kind === 'refused') return sendJson(response, 400, { error: decision.error });
    const { client, person, scopes, nonce } = decision.grant;
    const token = await accessTokenOf(decision.grant);
    const hasId = scopes.includes('openid');
    return sendJson(response, 200, {
      access_token: token,
      ...(hasId && { id_token: await tokenWith(idClaims(client, person, nonce), client.tokenSeconds) }),
      ...(isCode && { refresh_token: decision.refreshToken }),
      expires_in: client.tokenSeconds,
      token_type: 'Bearer',
    });
  };
  const show = (response: ServerResponse, result: SignIn) => {
    if (result.kind === 'refused') return sendJson(response, 400, { error: result.error });
    if (result.kind === 'redirect') {
      response.writeHead(302, { location: result.to, 'cache-control': 'no-store' });
      return response.end();
    }
    return sendPage(response, result.status, signInPage(userNames, result.fields, result.wrongPassword));
  };
  service.addRoute('GET', paths.authorize, async (request, response) => {
    show(response, signIn.page(request.query));
  });
  service.addRoute('POST', paths.login, async (request, response) => {
    show(response, signIn.submit(request.body));
  });
  service.addRoute('GET', paths.logout, async ({ query }, response) => {
    const to = signIn.logoutAddress(query['client_id'], query['logout_uri']);
    show(response, to === undefined ? { kind: 'refused', error: 'invalid_request' } : { kind: 'redirect', to });
  });

  const { url: issuer, serve, stop } = await listen(port, { localPagesOnly: true });
  provider.url = issuer;
  serve((request, response) => {
    if (admits(request, response)) service.requestHandler(request, response);
  });

  return {
    issuer,
    tokenEndpoint: `${issuer}${paths.token}`,
    clients: Object.fromEntries(
      [...clients.values()].map(({ clientId, scopes }) => [
        clientId,
        { clientId, clientSecret: clientSecrets[clientId] ?? '', scopes },
      ]),
    ),
    authorizationEndpoint: `${issuer}${paths.authorize}`,
    peopleClientId: peopleClient?.clientId,
    people: Object.fromEntries(
      [...people.values()].map(({ userName, password, subject }) => [
        shortNameOf(userName),
        { userName, password, subject },
      ]),
    ),
    issuePersonToken: ({ subject, groups }) => {
      if (!peopleClient) throw new Error('The template has no client for people.');
      const person: Person = { userName: subject, subject, groups };
      return accessTokenOf({ client: peopleClient, person, scopes: peopleClient.scopes });
    },
    verifyToken: await createVerifier(issuer, publicPartOf(provider), context.now),
    issueToken,
    userPool: createUserPool(context, [...people.values()]),
    stop,
  };
}

const publicPartOf = (provider: OAuth2Issuer): JWK => provider.keys.toJSON()[0] as JWK;

/** The only methods of the public paths, besides GET of the two documents. */
const methods = new Map([
  [paths.token, ['POST', 'OPTIONS']],
  [paths.authorize, ['GET']],
  [paths.login, ['POST']],
  [paths.logout, ['GET']],
]);

/** Accepts the public paths and bodies of limited length; sends the error response for others. */
function admits(request: IncomingMessage, response: ServerResponse): boolean {
  const path = (request.url ?? '').split('?', 1)[0] ?? '';
  if (path === paths.jwks || path === paths.document) return true;
  if (!methods.get(path)?.includes(request.method ?? '')) {
    sendJson(response, 404, { error: 'not_found' });
    return false;
  }
  const length = Number(request.headers['content-length'] ?? (request.method === 'POST' ? Number.NaN : 0));
  if (length <= maxBodyBytes) return true;
  response.setHeader('connection', 'close');
  sendJson(response, Number.isNaN(length) ? 411 : 413, { error: 'invalid_request' });
  return false;
}

/** A request of a public client for a person's token. */
const PersonRequest = z.object({
  grant_type: z.enum(['authorization_code', 'refresh_token']),
  client_id: z.string(),
  code: z.string().optional(),
  redirect_uri: z.string().optional(),
  code_verifier: z.string().optional(),
  refresh_token: z.string().optional(),
});

function refuse(response: ServerResponse, { status, error }: TokenRefusal): void {
  if (status === 401) response.setHeader('www-authenticate', 'Basic realm="local"');
  sendJson(response, status, { error });
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store', pragma: 'no-cache' });
  response.end(JSON.stringify(body));
}

function sendPage(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  });
  response.end(text);
}
