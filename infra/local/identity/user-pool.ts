import * as z from 'zod';
import type { LocalContext } from '../context.ts';
import { AwsError, type AwsService, jsonResponse } from '../gateway/aws-call.ts';
import type { Person } from './people.ts';

const ListUsers = z.strictObject({
  UserPoolId: z.string(),
  /** The engine finds people by their address only. A quotation mark in it is written `\"`. */
  Filter: z.string().regex(/^email = "(?:[^"\\]|\\["\\])*"$/),
  Limit: z.int().min(1).max(60).default(60),
});

/** `ListUsers` of Cognito's user pools, for functions that look a person up by their e-mail address. */
export function createUserPool({ template }: Pick<LocalContext, 'template'>, people: readonly Person[]): AwsService {
  const [pool] = template.ofType('AWS::Cognito::UserPool');
  const inputOf = (body: Buffer) => {
    const parsed = ListUsers.safeParse(JSON.parse(body.toString() || '{}'));
    if (!parsed.success) throw new AwsError('InvalidParameterException', z.prettifyError(parsed.error));
    return parsed.data;
  };
  const arnOf = (poolId: string) => (poolId === pool?.ref ? pool.arn : poolId);
  return {
    permissions: ({ operation, body }) => [
      { action: `cognito-idp:${operation}`, resource: arnOf(inputOf(body).UserPoolId) },
    ],
    handle: async ({ operation, body }) => {
      if (operation !== 'ListUsers') {
        throw new AwsError(
          'UnknownOperationException',
          `The local engine does not support ${operation} of user pools.`,
        );
      }
      const { UserPoolId: poolId, Filter: filter, Limit: limit } = inputOf(body);
      if (poolId !== pool?.ref) throw new AwsError('ResourceNotFoundException', `User pool ${poolId} does not exist.`);
      const email = filter.slice('email = "'.length, -1).replaceAll(/\\(.)/g, '$1');
      const found = people.filter(({ userName }) => userName === email).slice(0, limit);
      return jsonResponse({
        Users: found.map(({ userName, subject }) => ({
          Username: subject,
          Enabled: true,
          UserStatus: 'CONFIRMED',
          Attributes: [
            { Name: 'sub', Value: subject },
            { Name: 'email', Value: userName },
          ],
        })),
      });
    },
  };
}
