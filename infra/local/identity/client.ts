import * as z from 'zod';
import { StartError } from '../start-error.ts';
import type { Resource, Template } from '../template/template.ts';
import { parseProperties, refusal } from '../template/template-properties.ts';

/** A machine client. `scopes` are full names such as `inventory/items.read`. */
export type IdentityClient = { clientId: string; scopes: string[]; tokenSeconds: number };

/** A public client with which people sign in: authorization code with PKCE. */
export type PeopleClient = IdentityClient & { callbackUrls: string[]; logoutUrls: string[]; refreshSeconds: number };

const secondsPerUnit = { seconds: 1, minutes: 60, hours: 3600, days: 86_400 };

const Unit = z.enum(['seconds', 'minutes', 'hours', 'days']);
const AnyClient = z.object({
  AllowedOAuthFlows: z.tuple([z.enum(['client_credentials', 'code'])]),
  AllowedOAuthFlowsUserPoolClient: z.literal(true),
  AllowedOAuthScopes: z.array(z.string()).min(1),
  AccessTokenValidity: z.coerce.number().int().positive().optional(),
  RefreshTokenValidity: z.coerce.number().int().positive().optional(),
  TokenValidityUnits: z
    .object({ AccessToken: Unit.default('hours'), RefreshToken: Unit.default('days') })
    .partial()
    .optional(),
});
const MachineProperties = AnyClient.extend({ GenerateSecret: z.literal(true) });
/** A public client: the proof of its requests is PKCE. */
const PeopleProperties = AnyClient.extend({
  GenerateSecret: z.literal(false).optional(),
  CallbackURLs: z.array(z.url()).min(1),
  LogoutURLs: z.array(z.url()).default([]),
});
const userScopes = new Set(['openid', 'email', 'profile']);

const ServerProperties = z.object({
  Identifier: z.string(),
  Scopes: z.array(z.object({ ScopeName: z.string() })).default([]),
});

/**
 * The clients of the template's user pool. Throws StartError for a client that is neither a machine client with a secret nor
 * a public client for people, and for a scope that no resource server defines.
 */
export function readClients(template: Template): { machines: IdentityClient[]; people: PeopleClient[] } {
  const pools = template.ofType('AWS::Cognito::UserPool');
  if (pools.length > 1) throw new StartError('The local engine supports one user pool.');
  const known = new Set(template.ofType('AWS::Cognito::UserPoolResourceServer').flatMap(scopesOf));
  const resources = template.ofType('AWS::Cognito::UserPoolClient').map((resource) => {
    const { AllowedOAuthFlows: flows } = parseProperties(AnyClient, resource);
    return { resource, isForPeople: flows[0] === 'code' };
  });
  const common = (resource: Resource, properties: z.infer<typeof AnyClient>, isForPeople: boolean) => {
    const isKnown = (scope: string) => known.has(scope) || (isForPeople && userScopes.has(scope));
    const unknown = properties.AllowedOAuthScopes.find((scope) => !isKnown(scope));
    if (unknown) throw refusal(resource, `no resource server defines the scope ${unknown}`);
    const tokenSeconds = tokenSecondsOf(resource, properties);
    return { clientId: resource.ref, scopes: properties.AllowedOAuthScopes, tokenSeconds };
  };
  const machines = resources.flatMap(({ resource, isForPeople }) =>
    isForPeople ? [] : [common(resource, parseProperties(MachineProperties, resource), false)],
  );
  const people = resources.flatMap(({ resource, isForPeople }) => {
    if (!isForPeople) return [];
    const properties = parseProperties(PeopleProperties, resource);
    const { CallbackURLs: callbackUrls, LogoutURLs: logoutUrls } = properties;
    const refreshSeconds =
      (properties.RefreshTokenValidity ?? 30) * secondsPerUnit[properties.TokenValidityUnits?.RefreshToken ?? 'days'];
    return [{ ...common(resource, properties, true), callbackUrls, logoutUrls, refreshSeconds }];
  });
  return { machines, people };
}

function scopesOf(resource: Resource): string[] {
  const { Identifier, Scopes } = parseProperties(ServerProperties, resource);
  return Scopes.map(({ ScopeName }) => `${Identifier}/${ScopeName}`);
}

/** Lifetime of access tokens in seconds. @default 3600. Cognito allows 300 to 86,400. */
function tokenSecondsOf(resource: Resource, properties: z.infer<typeof AnyClient>): number {
  const { AccessTokenValidity: validity, TokenValidityUnits: units } = properties;
  if (validity === undefined) return 3600;
  const seconds = validity * secondsPerUnit[units?.AccessToken ?? 'hours'];
  if (seconds < 300 || seconds > 86_400) throw refusal(resource, 'access tokens last from 5 minutes to 1 day');
  return seconds;
}
