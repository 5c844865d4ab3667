import { type CognitoIdentityProviderClient, ListUsersCommand } from '@aws-sdk/client-cognito-identity-provider';

/**
 * Finds the `sub` of the user pool's person with an e-mail address: their identity over HTTP. Undefined if there is none,
 * more than one, or they are disabled.
 */
export const createPeopleClient =
  (cognito: CognitoIdentityProviderClient, userPoolId: string) =>
  async (email: string): Promise<string | undefined> => {
    const quoted = email.replaceAll(/["\\]/g, String.raw`\$&`);
    const command = new ListUsersCommand({ UserPoolId: userPoolId, Filter: `email = "${quoted}"`, Limit: 2 });
    const { Users: [found, ...others] = [] } = await cognito.send(command);
    if (!found || others.length > 0 || found.Enabled !== true) return undefined;
    return found.Attributes?.find(({ Name }) => Name === 'sub')?.Value;
  };
