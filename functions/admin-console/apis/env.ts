import * as z from 'zod';
import { jsonVariable } from '../../../shared/lambda/json-variable.ts';

/** The functions that serve the workflows' APIs, and the clients of the departments, as which people call them. */
export const ApiEnv = z.object({
  /** ARN of the API's function by workflow. */
  API_FUNCTIONS: jsonVariable(z.record(z.string(), z.string().min(1))),
  /** By department: the id of its client, and the scopes of its people. */
  DEPARTMENT_CLIENTS: jsonVariable(
    z.record(z.string(), z.object({ clientId: z.string().min(1), scopes: z.array(z.string()) })),
  ),
});
export type ApiEnv = z.input<typeof ApiEnv>;
