import type { Execution } from './execution-store.ts';

/** An execution as `GetAutomationExecution` returns it; times are in seconds. */
export const reportOf = (execution: Execution) => ({
  AutomationExecutionId: execution.executionId,
  DocumentName: execution.documentName,
  DocumentVersion: '1',
  ExecutionStartTime: execution.startedAt / 1000,
  ...(execution.endedAt !== undefined && { ExecutionEndTime: execution.endedAt / 1000 }),
  AutomationExecutionStatus: execution.status,
  ExecutedBy: execution.startedBy,
  Mode: 'Auto',
  Parameters: Object.fromEntries(Object.entries(execution.parameters).map(([name, value]) => [name, [value]])),
  StepExecutions: execution.steps.map(({ name, action, status, outputs, failure }) => ({
    StepName: name,
    Action: action,
    StepStatus: status,
    Outputs: outputs,
    ...(failure !== undefined && { FailureMessage: failure }),
  })),
});
