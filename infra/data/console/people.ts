import { Grant } from 'aws-cdk-lib/aws-iam';
import type { Access } from '../../constructs/access.ts';
import { importFromData } from '../../constructs/exports.ts';

export const userPool: { reader: Access<'USER_POOL_ID'> } = {
  /** Finds people of the user pool by their e-mail address. */
  reader: {
    variables: { USER_POOL_ID: importFromData('UserPoolId') },
    grant: ({ role: grantee }) =>
      Grant.addToPrincipal({
        grantee,
        actions: ['cognito-idp:ListUsers'],
        resourceArns: [importFromData('UserPoolArn')],
      }),
  },
};
