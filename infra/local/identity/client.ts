import * as z from 'zod';
import { StartError } from '../start-error.ts';
import type { Resource, Template } from '../template/template.ts';
import { parseProperties, refusal } from '../template/template-properties.ts';

/** A machine client. `scopes` are full names such as `inventory/items.read`. */
export type IdentityClient = { clientId: string; scopes: string[]; tokenSeconds: number };

const secondsPerUnit = { seconds: 1, minutes: 60, hours: 3600, days: 86_400 };

const ClientProperties = z.object({
  AllowedOAuthFlows: z.tuple([z.literal('client_credentials')]),
  AllowedOAuthFlowsUserPoolClient: z.literal(true),
  AllowedOAuthScopes: z.array(z.string()).min(1),
  GenerateSecret: z.literal(true),
  AccessTokenValidity: z.coerce.number().int().positive().optional(),
  TokenValidityUnits: z
    .object({ AccessToken: z.enum(['seconds', 'minutes', 'hours', 'days']).default('hours') })
    .optional(),
});

const ServerProperties = z.object({
  Identifier: z.string(),
  Scopes: z.array(z.object({ ScopeName: z.string() })).default([]),
});

/**
 * The clients of the template's user pool. Throws StartError for a client that is not a machine client: without a
 * secret, with another OAuth flow, or with a scope that no resource server defines.
 */
export function readClients(template: Template): IdentityClient[] {
  const pools = template.ofType('AWS::Cognito::UserPool');
  if (pools.length > 1) throw new StartError('The local engine supports one user pool.');
  const known = new Set(template.ofType('AWS::Cognito::UserPoolResourceServer').flatMap(scopesOf));
  return template.ofType('AWS::Cognito::UserPoolClient').map((resource) => {
    const properties = parseProperties(ClientProperties, resource);
    const unknown = properties.AllowedOAuthScopes.find((scope) => !known.has(scope));
    if (unknown) throw refusal(resource, `no resource server defines the scope ${unknown}`);
    return {
      clientId: resource.ref,
      scopes: properties.AllowedOAuthScopes,
      tokenSeconds: tokenSecondsOf(resource, properties),
    };
  });
}

function scopesOf(resource: Resource): string[] {
  const { Identifier, Scopes } = parseProperties(ServerProperties, resource);
  return Scopes.map(({ ScopeName }) => `${Identifier}/${ScopeName}`);
}

/** Lifetime of access tokens in seconds. @default 3600. Cognito allows 300 to 86,400. */
function tokenSecondsOf(resource: Resource, properties: z.infer<typeof ClientProperties>): number {
  const { AccessTokenValidity: validity, TokenValidityUnits: units } = properties;
  if (validity === undefined) return 3600;
  const seconds = validity * secondsPerUnit[units?.AccessToken ?? 'hours'];
  if (seconds < 300 || seconds > 86_400) throw refusal(resource, 'access tokens last from 5 minutes to 1 day');
  return seconds;
}
