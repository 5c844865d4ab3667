import * as z from 'zod';

/** What Systems Manager reports of a running automation. Nothing of it comes from the event of this function. */
export type Execution = {
  executionId: string;
  documentName: string;
  status: string;
  /** ARN of the person who started it. */
  startedBy: string;
  inputs: Record<string, string>;
  /** ARNs of the people who approved it. */
  approvedBy: string[];
};

const Approval = z.object({ approver: z.string(), decision: z.string() });

const Step = z.object({
  StepName: z.string().optional(),
  Action: z.string().optional(),
  StepStatus: z.string().optional(),
  Outputs: z.record(z.string(), z.array(z.string())).optional(),
});

/** The response of `GetAutomationExecution`. */
export const AutomationExecution = z.object({
  AutomationExecutionId: z.string(),
  DocumentName: z.string(),
  AutomationExecutionStatus: z.string(),
  ExecutedBy: z.string(),
  Parameters: z.record(z.string(), z.array(z.string())).default({}),
  StepExecutions: z.array(Step).default([]),
});

/** The parts of a response that the rules need. */
export function executionOf(reported: z.infer<typeof AutomationExecution>): Execution {
  const approvals = reported.StepExecutions.filter(
    ({ Action, StepStatus }) => Action === 'aws:approve' && StepStatus === 'Success',
  );
  return {
    executionId: reported.AutomationExecutionId,
    documentName: reported.DocumentName,
    status: reported.AutomationExecutionStatus,
    startedBy: reported.ExecutedBy,
    inputs: Object.fromEntries(Object.entries(reported.Parameters).map(([name, values]) => [name, values.join(',')])),
    approvedBy: approvals.flatMap(({ Outputs }) => (Outputs?.['ApproverDecisions'] ?? []).flatMap(approversIn)),
  };
}

/** A text that is no approval names nobody, so that the operation is refused. */
function approversIn(text: string): string[] {
  try {
    const decisions: unknown = JSON.parse(text);
    return [decisions].flat().flatMap((decision) => {
      const { success, data } = Approval.safeParse(decision);
      return success && /^approve/i.test(data.decision) ? [data.approver] : [];
    });
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}
