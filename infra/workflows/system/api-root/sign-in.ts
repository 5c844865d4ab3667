import type { Stack } from 'aws-cdk-lib';
import { LambdaVersion, type UserPool, UserPoolOperation } from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';
import { setWorkflow } from '../../../constructs/alarm.ts';
import { WorkflowFunction } from '../../../constructs/workflow-function.ts';

/**
 * Sets the scopes of people by their departments. In the stack of the user pool, which names the function: a stack of its
 * own would need the user pool's.
 */
export function addAccessTokenTrigger(stack: Stack, pool: UserPool): void {
  const scope = new Construct(stack, 'SignIn');
  setWorkflow(scope, 'api-root/sign-in');
  const handler = new WorkflowFunction(scope, 'AccessToken', {
    handler: 'api-root/sign-in/access-token.handler.ts',
    uses: { variables: {} },
    errorImpact: 'Staff cannot sign in or renew a token.',
  });
  pool.addTrigger(UserPoolOperation.PRE_TOKEN_GENERATION_CONFIG, handler, LambdaVersion.V2_0);
}
