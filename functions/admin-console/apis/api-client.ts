import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import * as z from 'zod';
import type { OperatedWorkflow, OperationRequest } from '../../../shared/contracts/admin-console/operation.ts';
import { type ApiCaller, apiEventOf, ApiFailedError, type ApiResponse } from './api-event.ts';
import { ownValue } from '../../../shared/input/own-value.ts';

const ProxyResponse = z.object({
  statusCode: z.int(),
  headers: z.record(z.string(), z.string()).default({}),
  body: z.string().optional(),
});

/** Calls the APIs of workflows by invoking their functions. Throws if a function fails, which changes nothing. */
export const createApiClient =
  (lambda: LambdaClient, functions: Readonly<Record<string, string>>) =>
  async (
    workflow: OperatedWorkflow,
    request: OperationRequest,
    caller: ApiCaller,
    requestId: string,
  ): Promise<ApiResponse> => {
    const { Payload: payload, FunctionError: failure } = await lambda.send(
      new InvokeCommand({
        FunctionName: ownValue(functions, workflow),
        Payload: Buffer.from(JSON.stringify(apiEventOf(request, caller, requestId))),
      }),
    );
    const text = payload === undefined ? '' : Buffer.from(payload).toString();
    if (failure !== undefined) throw new ApiFailedError(`The API of ${workflow} failed: ${text.slice(0, 500)}`);
    const { statusCode, headers, body } = ProxyResponse.parse(JSON.parse(text));
    const parsed: unknown = body === undefined || body === '' ? undefined : JSON.parse(body);
    return { status: statusCode, location: headers['location'], body: parsed };
  };

export type ApiClient = ReturnType<typeof createApiClient>;
