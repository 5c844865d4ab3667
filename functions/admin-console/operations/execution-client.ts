import { GetAutomationExecutionCommand, type SSMClient } from '@aws-sdk/client-ssm';
import { AutomationExecution, type Execution, executionOf } from './execution.ts';

/** Reads automations from Systems Manager. Throws if there is none with the id. */
export const createExecutionClient =
  (ssm: SSMClient) =>
  async (executionId: string): Promise<Execution> => {
    const command = new GetAutomationExecutionCommand({ AutomationExecutionId: executionId });
    return executionOf(AutomationExecution.parse((await ssm.send(command)).AutomationExecution));
  };
