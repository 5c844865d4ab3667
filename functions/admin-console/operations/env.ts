import * as z from 'zod';
import { jsonVariable } from '../../../shared/lambda/json-variable.ts';
import { ApiEnv } from '../apis/env.ts';

export const OperationEnv = ApiEnv.extend({
  /** Department by permission set of IAM Identity Center. */
  PERMISSION_SETS: jsonVariable(z.record(z.string(), z.string())),
  /** The user pool of the people who sign in to the HTTP API. */
  USER_POOL_ID: z.string().min(1),
  /** ARN of every queue of the store, with a wildcard for the name: the prefix of what may be redriven. */
  QUEUE_ARNS: z.string().min(1),
});
export type OperationEnv = z.input<typeof OperationEnv>;
