import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import * as z from 'zod';
import { eventHandler } from '../../shared/lambda/event-handler.ts';
import { createApiClient } from './apis/api-client.ts';
import { createDeadLetterClient } from './apis/dead-letter-client.ts';
import { OperationEnv } from './operations/env.ts';
import { createExecutionClient } from './operations/execution-client.ts';
import { carryOut } from './operations/operation-job.ts';
import { createPeopleClient } from './operations/people-client.ts';

const Invocation = z.object({ executionId: z.uuid() });

const env = OperationEnv.parse(process.env);
const run = carryOut({
  readExecution: createExecutionClient(new SSMClient()),
  findSubject: createPeopleClient(new CognitoIdentityProviderClient(), env.USER_POOL_ID),
  callApi: createApiClient(new LambdaClient(), env.API_FUNCTIONS),
  deadLetters: createDeadLetterClient(new SQSClient(), env.QUEUE_ARNS),
  staff: { departments: env.DEPARTMENT_CLIENTS, permissionSets: env.PERMISSION_SETS },
});

/** A step of an automation document. What is done, and for whom, is read from Systems Manager. */
export const handler = eventHandler(Invocation, async ({ executionId }, logger) => {
  const done = await run(executionId);
  // Without the persons, whom Systems Manager and CloudTrail name.
  logger.info('operation carried out', {
    correlationId: executionId,
    operation: done.operation,
    results: done.results,
  });
  return done;
});
