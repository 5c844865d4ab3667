import { randomUUID, timingSafeEqual, createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { JWK } from 'jose';
import { OAuth2Issuer, OAuth2Service } from 'oauth2-mock-server';
import * as z from 'zod';
import type { LocalContext, Support } from '../context.ts';
import { listen } from '../server.ts';
import { type IdentityClient, readClients } from './client.ts';
import { openKeys } from './keys.ts';
import { createVerifier, type VerifyToken } from './token-verifier.ts';

/** Inert: sign-in of users and the lifetime of their tokens; the engine has machine clients only. */
export const supports: Support = {
  'AWS::Cognito::UserPool': {
    effective: [],
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
      'ClientName',
      'GenerateSecret',
      'TokenValidityUnits',
      'UserPoolId',
    ],
    inert: [
      'AuthSessionValidity',
      'EnableTokenRevocation',
      'ExplicitAuthFlows',
      'IdTokenValidity',
      'PreventUserExistenceErrors',
      'RefreshTokenValidity',
      'SupportedIdentityProviders',
    ],
  },
  'AWS::Cognito::UserPoolDomain': { effective: [], inert: ['Domain', 'ManagedLoginVersion', 'UserPoolId'] },
  'AWS::Cognito::UserPoolGroup': {
    effective: [],
    inert: ['Description', 'GroupName', 'Precedence', 'RoleArn', 'UserPoolId'],
  },
};

export type Identity = {
  issuer: string;
  tokenEndpoint: string;
  /** Credentials by client id. */
  clients: Record<string, { clientId: string; clientSecret: string; scopes: string[] }>;
  verifyToken: VerifyToken;
  /** Issues a token as Cognito does; a negative `lifetimeSeconds` makes an expired one. */
  issueToken: (client: { clientId: string; scopes: string[] }, lifetimeSeconds: number) => Promise<string>;
  stop: () => Promise<void>;
};

const maxBodyBytes = 16_384;
const paths = { token: '/oauth2/token', jwks: '/.well-known/jwks.json', document: '/.well-known/openid-configuration' };
/** The library's own token endpoint requires no secret; `admits` refuses requests for it. */
const openTokenPath = '/library-token';

/** Starts the identity provider on `port`. @default any free port */
export async function startIdentity(context: LocalContext, { port = 0 } = {}): Promise<Identity> {
  const clients = new Map(readClients(context.template).map((client) => [client.clientId, client]));
  const { signingKey, clientSecrets } = await openKeys(context.state.directory, [...clients.keys()]);

  const provider = new OAuth2Issuer(false);
  await provider.keys.add(signingKey);
  const issueToken: Identity['issueToken'] = ({ clientId, scopes }, lifetimeSeconds) =>
    provider.buildToken({
      scopesOrTransform: (_header, payload) => {
        const issuedAt = Math.floor(context.now() / 1000);
        // Claims of Cognito's access token for a machine client, which has neither `aud` nor `nbf`.
        Object.assign(payload, {
          sub: clientId,
          token_use: 'access',
          scope: scopes.join(' '),
          auth_time: issuedAt,
          iat: issuedAt,
          exp: issuedAt + lifetimeSeconds,
          version: 2,
          jti: randomUUID(),
          client_id: clientId,
          nbf: undefined,
        });
      },
    });

  const service = new OAuth2Service(provider, { token: openTokenPath, jwks: paths.jwks });
  service.on('beforeWellKnownOpenIdConfiguration', (response: { body: Record<string, unknown> }) => {
    response.body = {
      issuer: provider.url,
      token_endpoint: `${provider.url}${paths.token}`,
      jwks_uri: `${provider.url}${paths.jwks}`,
      grant_types_supported: ['client_credentials'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
      id_token_signing_alg_values_supported: ['RS256'],
      response_types_supported: [],
      subject_types_supported: ['public'],
    };
  });
  service.addRoute('POST', paths.token, async (request, response) => {
    const decision = decideToken(clients, clientSecrets, request.headers.authorization, request.body);
    if (decision.kind === 'refused') return refuse(response, decision);
    const { client, scopes } = decision;
    const token = await issueToken({ clientId: client.clientId, scopes }, client.tokenSeconds);
    return sendJson(response, 200, { access_token: token, expires_in: client.tokenSeconds, token_type: 'Bearer' });
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
    verifyToken: await createVerifier(issuer, publicPartOf(provider), context.now),
    issueToken,
    stop,
  };
}

const publicPartOf = (provider: OAuth2Issuer): JWK => provider.keys.toJSON()[0] as JWK;

/** Accepts the three public paths and bodies of limited length; sends the error response for others. */
function admits(request: IncomingMessage, response: ServerResponse): boolean {
  const path = (request.url ?? '').split('?', 1)[0];
  if (path === paths.jwks || path === paths.document) return true;
  const isToken = path === paths.token && (request.method === 'POST' || request.method === 'OPTIONS');
  if (!isToken) {
    sendJson(response, 404, { error: 'not_found' });
    return false;
  }
  const length = Number(request.headers['content-length'] ?? (request.method === 'POST' ? Number.NaN : 0));
  if (length <= maxBodyBytes) return true;
  response.setHeader('connection', 'close');
  sendJson(response, Number.isNaN(length) ? 411 : 413, { error: 'invalid_request' });
  return false;
}

type Refusal = { kind: 'refused'; status: number; error: string };
const refused = (status: number, error: string): Refusal => ({ kind: 'refused', status, error });

const TokenRequest = z.object({
  grant_type: z.string(),
  client_id: z.string().optional(),
  client_secret: z.string().optional(),
  scope: z.string().optional(),
});

/** Client credentials grant, RFC 6749 section 4.4. A request without `scope` gets all scopes of the client. */
function decideToken(
  clients: ReadonlyMap<string, IdentityClient>,
  secrets: Readonly<Record<string, string>>,
  authorization: string | undefined,
  body: unknown,
): Refusal | { kind: 'granted'; client: IdentityClient; scopes: string[] } {
  const request = TokenRequest.safeParse(body);
  if (!request.success) return refused(400, 'invalid_request');
  const { grant_type: grant, client_id: bodyId, client_secret: bodySecret, scope } = request.data;
  const [id, secret] = authorization === undefined ? [bodyId, bodySecret] : basicCredentials(authorization);
  const client = id === undefined ? undefined : clients.get(id);
  if (!client || secret === undefined || !isSame(secret, secrets[client.clientId] ?? '')) {
    return refused(401, 'invalid_client');
  }
  if (grant !== 'client_credentials') return refused(400, 'unsupported_grant_type');
  const requested = scope?.split(' ').filter(Boolean) ?? [];
  if (requested.some((name) => !client.scopes.includes(name))) return refused(400, 'invalid_scope');
  return { kind: 'granted', client, scopes: requested.length > 0 ? [...new Set(requested)] : client.scopes };
}

function basicCredentials(authorization: string): (string | undefined)[] {
  const encoded = /^basic ([\w+/=-]+)$/i.exec(authorization)?.[1];
  if (!encoded) return [];
  const [id, ...secret] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
  return [id, secret.join(':')];
}

/** Compares in constant time. */
const isSame = (given: string, secret: string) => timingSafeEqual(digest(given), digest(secret));
const digest = (text: string) => createHash('sha256').update(text).digest();

function refuse(response: ServerResponse, { status, error }: Refusal): void {
  if (status === 401) response.setHeader('www-authenticate', 'Basic realm="local"');
  sendJson(response, status, { error });
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store', pragma: 'no-cache' });
  response.end(JSON.stringify(body));
}
