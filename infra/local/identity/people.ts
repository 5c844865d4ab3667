import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { LocalContext } from '../context.ts';
import { createResourcePolicies } from '../iam/resource-policy.ts';
import type { InvokeResult } from '../lambda/invoke-result.ts';
import { refusal, parseProperties } from '../template/template-properties.ts';
import type { PeopleClient } from './client.ts';

/** A person who can sign in. */
export type Person = { userName: string; subject: string; groups: string[] };

const Pool = z.object({
  LambdaConfig: z
    .strictObject({
      PreTokenGenerationConfig: z.strictObject({
        LambdaArn: z.string(),
        LambdaVersion: z.literal('V2_0', 'the engine calls the trigger in version V2_0 only'),
      }),
      /** CloudFormation accepts the same function here too. */
      PreTokenGeneration: z.string(),
    })
    .partial()
    .default({}),
});
const Group = z.object({ GroupName: z.string() });

/** The people by user name: one for each group of the user pool, and a second one of the groups `withTwo`. */
export function peopleOf({ template }: Pick<LocalContext, 'template'>, withTwo: readonly string[] = []) {
  const groups = template.ofType('AWS::Cognito::UserPoolGroup').map((group) => parseProperties(Group, group).GroupName);
  const seconds = groups.filter((group) => withTwo.includes(group));
  return new Map([
    ...groups.map((group) => [userNameOf(group), group] as const),
    ...seconds.map((group) => [userNameOf(`${group}-2`), group] as const),
  ]);
}

const userNameOf = (name: string) => `${name}@localhost`;
export const shortNameOf = (userName: string) => userName.slice(0, userName.lastIndexOf('@'));

/** What the trigger changes of an access token. */
type Changes = { scopesToAdd: string[]; scopesToSuppress: string[]; claims: Record<string, unknown> };

const Generation = z
  .strictObject({
    scopesToAdd: z.array(z.string().regex(/^\S+$/)),
    scopesToSuppress: z.array(z.string()),
    claimsToAddOrOverride: z.record(z.string(), z.unknown()),
    claimsToSuppress: z.array(z.string()).max(0, 'the engine suppresses no claims'),
  })
  .partial();
/** The response of a trigger of version V2_0. */
const TriggerResponse = z.object({
  response: z.object({
    claimsAndScopeOverrideDetails: z
      .strictObject({ accessTokenGeneration: Generation.nullish() })
      .nullish()
      .transform((details) => details?.accessTokenGeneration ?? {}),
  }),
});

/** Claims that a trigger cannot change. Source: "Pre token generation Lambda trigger", Cognito developer guide. */
const reserved =
  /^(aud|auth_time|azp|at_hash|client_id|cognito:username|exp|iat|iss|jti|nbf|nonce|origin_jti|scope|sub|token_use|username|version)$/;

type Invoke = (functionArn: string, payload: string) => Promise<InvokeResult>;

/**
 * Calls the user pool's trigger before an access token, as Cognito does. Throws StartError for another trigger, and for a
 * function that does not permit the user pool to invoke it; `changesFor` rejects when the function fails.
 */
export function createTokenTrigger({ template }: Pick<LocalContext, 'template'>, invoke: Invoke) {
  const [pool] = template.ofType('AWS::Cognito::UserPool');
  const { LambdaConfig: triggers } = pool ? parseProperties(Pool, pool) : { LambdaConfig: {} };
  const config = triggers.PreTokenGenerationConfig;
  if (pool && !config && triggers.PreTokenGeneration !== undefined) {
    throw refusal(pool, 'LambdaConfig.PreTokenGeneration: the engine calls the trigger in version V2_0 only');
  }
  if (
    pool &&
    config &&
    !createResourcePolicies(template).mayInvoke('cognito-idp.amazonaws.com', config.LambdaArn, pool.arn)
  ) {
    throw refusal(pool, `no AWS::Lambda::Permission lets it invoke ${config.LambdaArn}`);
  }

  return async (client: PeopleClient, person: Person, scopes: string[]): Promise<Changes> => {
    if (!pool || !config) return { scopesToAdd: [], scopesToSuppress: [], claims: {} };
    const event = {
      version: '2',
      triggerSource: 'TokenGeneration_HostedAuth',
      region: template.region,
      userPoolId: pool.ref,
      userName: person.subject,
      callerContext: { awsSdkVersion: 'local', clientId: client.clientId },
      request: {
        userAttributes: { sub: person.subject, email: person.userName, 'cognito:user_status': 'CONFIRMED' },
        groupConfiguration: { groupsToOverride: person.groups, iamRolesToOverride: [], preferredRole: null },
        scopes,
      },
      response: { claimsAndScopeOverrideDetails: null },
    };
    const result = await invoke(config.LambdaArn, JSON.stringify(event));
    if (result.kind !== 'ok') throw new Error('The trigger before the access token failed.');
    const { response } = TriggerResponse.parse(JSON.parse(result.payload));
    const {
      scopesToAdd = [],
      scopesToSuppress = [],
      claimsToAddOrOverride = {},
    } = response.claimsAndScopeOverrideDetails;
    const claims = Object.fromEntries(Object.entries(claimsToAddOrOverride).filter(([name]) => !reserved.test(name)));
    return { scopesToAdd, scopesToSuppress, claims };
  };
}

/** The claims of Cognito's access token for a person. */
export function accessClaims(client: PeopleClient, person: Person, scopes: string[], changes: Changes) {
  const suppressed = new Set(changes.scopesToSuppress);
  const granted = [...new Set([...scopes, ...changes.scopesToAdd])].filter((scope) => !suppressed.has(scope));
  return {
    ...(person.groups.length > 0 && { 'cognito:groups': person.groups }),
    ...changes.claims,
    sub: person.subject,
    username: person.subject,
    token_use: 'access',
    scope: granted.join(' '),
    client_id: client.clientId,
    version: 2,
    jti: randomUUID(),
  };
}

/** The claims of Cognito's id token. */
export const idClaims = (client: PeopleClient, person: Person, nonce: string | undefined) => ({
  sub: person.subject,
  aud: client.clientId,
  token_use: 'id',
  email: person.userName,
  'cognito:username': person.subject,
  ...(person.groups.length > 0 && { 'cognito:groups': person.groups }),
  ...(nonce !== undefined && { nonce }),
  jti: randomUUID(),
});
