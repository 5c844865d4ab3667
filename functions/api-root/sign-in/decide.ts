import * as z from 'zod';
import { scopesOfGroups } from '../../../shared/access/departments.ts';
import { resourceServer } from '../../../shared/access/scopes.ts';

/** The fields that the trigger reads of Cognito's event, version V2_0; all others are returned as they are. */
export const TokenEvent = z.looseObject({
  userName: z.string(),
  request: z.looseObject({
    groupConfiguration: z.looseObject({ groupsToOverride: z.array(z.string()).nullish() }),
  }),
});
export type TokenEvent = z.infer<typeof TokenEvent>;

/** The event with the scopes of the person's departments, which the user pool adds to their access token. */
export function withScopes(event: TokenEvent) {
  const groups = event.request.groupConfiguration.groupsToOverride ?? [];
  const scopesToAdd = scopesOfGroups(groups).map((scope) => `${resourceServer}/${scope}`);
  return { ...event, response: { claimsAndScopeOverrideDetails: { accessTokenGeneration: { scopesToAdd } } } };
}
