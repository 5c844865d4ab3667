import * as z from 'zod';
import type { LocalContext, Running } from '../context.ts';
import { AwsError, type AwsService, jsonResponse } from '../gateway/aws-call.ts';
import type { Iam } from '../iam/iam.ts';
import type { Lambda } from '../lambda/lambda.ts';
import {
  type ApproveStep,
  type AutomationDocument,
  filledIn,
  type InvokeStep,
  parameterProblem,
  readDocuments,
} from './document.ts';
import { type Execution, openExecutionStore, type StepState } from './execution-store.ts';
import { reportOf } from './report.ts';

type Parts = { lambda: Pick<Lambda, 'invoke'>; iam: Iam };

/** A refusal of Systems Manager: invalid parameters, or a person who may not approve. */
export class AutomationError extends Error {}

export type Automation = AwsService &
  Running & {
    documents: ReadonlyMap<string, AutomationDocument>;
    executions: () => Execution[];
    find: (executionId: string) => Execution | undefined;
    /** Starts a document for a person, by their ARN. Throws AutomationError for invalid parameters. */
    start: (documentName: string, parameters: Record<string, string>, startedBy: string) => Execution;
    /** Records a decision on a waiting execution. Throws AutomationError if the person is no approver, or it does not wait. */
    decide: (executionId: string, decision: 'Approve' | 'Reject', approver: string, comment: string) => Execution;
  };

const defaultTimeoutSeconds = { 'aws:approve': 604_800, 'aws:invokeLambdaFunction': 900 };

/**
 * Automation of Systems Manager: documents of schema 0.3 with the steps `aws:approve` and `aws:invokeLambdaFunction`.
 * Executions are durable; one whose step ran when the engine stopped has failed. Functions may read them.
 */
export function createAutomation(context: LocalContext, { lambda, iam }: Parts): Automation {
  const { template, now, log } = context;
  const documents = readDocuments(template);
  const store = openExecutionStore(context);
  const arnOf = (executionId: string) =>
    `arn:aws:ssm:${template.region}:${template.accountId}:automation-execution/${executionId}`;
  let running = 0;

  const endStep = (execution: Execution, index: number, change: Partial<StepState>) => {
    const steps = execution.steps.map((step, each) =>
      each === index ? Object.assign({}, step, { endedAt: now() }, change) : step,
    );
    return { ...execution, steps };
  };
  const ended = (execution: Execution, status: 'Success' | 'Failed' | 'TimedOut') => {
    store.save({ ...execution, status, endedAt: now() });
  };

  /** Runs the steps from the first that has not ended, until one waits or fails. */
  async function advance(started: Execution): Promise<void> {
    const document = documents.get(started.documentName);
    if (!document) return;
    let execution = started;
    for (const [index, step] of document.mainSteps.entries()) {
      const state = execution.steps[index];
      if (!state || state.status === 'Success') continue;
      if (step.action === 'aws:approve') {
        const decided = decidedBy(execution, step);
        if (decided === 'waiting') {
          const waiting = { ...state, status: 'Waiting' as const, startedAt: state.startedAt ?? now() };
          store.save({ ...execution, status: 'Waiting', steps: execution.steps.with(index, waiting) });
          return;
        }
        const outputs = {
          ApprovalStatus: [decided],
          ApproverDecisions: execution.approvals.map((approval) => JSON.stringify(approval)),
        };
        const status = decided === 'Approved' ? 'Success' : 'Failed';
        execution = endStep(execution, index, { status, outputs });
        if (status === 'Failed') return ended(execution, 'Failed');
      } else {
        const steps = execution.steps.with(index, { ...state, status: 'InProgress', startedAt: now() });
        execution = { ...execution, status: 'InProgress', steps };
        store.save(execution);
        const result = await invoke(document, step, execution);
        execution = endStep(execution, index, result);
        if (result.status !== 'Success') return ended(execution, 'Failed');
      }
      if (step.isEnd) break;
    }
    ended(execution, 'Success');
  }

  async function invoke(
    { assumeRole }: AutomationDocument,
    { inputs }: InvokeStep,
    { executionId, parameters }: Execution,
  ): Promise<Pick<StepState, 'status' | 'outputs' | 'failure'>> {
    const failed = (failure: string) => ({ status: 'Failed' as const, outputs: {}, failure });
    if (!iam.canAssume(assumeRole, 'ssm.amazonaws.com', arnOf(executionId))) {
      return failed(`Systems Manager may not assume ${assumeRole}.`);
    }
    const variables = { ...parameters, 'automation:EXECUTION_ID': executionId, 'global:REGION': template.region };
    const arn = filledIn(inputs.FunctionName, variables);
    if (iam.authorize(assumeRole, { action: 'lambda:InvokeFunction', resource: arn }) === 'denied') {
      return failed(`${assumeRole} is not authorized to perform: lambda:InvokeFunction on resource: ${arn}`);
    }
    const result = await lambda.invoke(arn, filledIn(inputs.Payload, variables));
    if (result.kind === 'throttled') return failed('Rate Exceeded.');
    if (result.kind === 'error') return failed(`${result.errorType}: ${result.errorMessage}`);
    return { status: 'Success', outputs: { Payload: [result.payload], StatusCode: ['200'] } };
  }

  const continueWith = (execution: Execution) => {
    running += 1;
    void advance(execution)
      .catch((error: unknown) => {
        log(`${execution.documentName} ${execution.executionId} failed: ${String(error)}`);
        ended(store.find(execution.executionId) ?? execution, 'Failed');
      })
      .finally(() => {
        running -= 1;
      });
  };

  for (const execution of store.newest()) {
    if (execution.status === 'InProgress') ended(execution, 'Failed');
  }

  const find = (executionId: string): Execution | undefined => {
    const execution = store.find(executionId);
    if (execution?.status !== 'Waiting') return execution;
    const index = execution.steps.findIndex(({ status }) => status === 'Waiting');
    const step = documents.get(execution.documentName)?.mainSteps[index];
    const seconds = step?.timeoutSeconds ?? defaultTimeoutSeconds['aws:approve'];
    if (now() - (execution.steps[index]?.startedAt ?? 0) <= seconds * 1000) return execution;
    ended(endStep(execution, index, { status: 'TimedOut' }), 'TimedOut');
    return store.find(executionId);
  };

  return {
    documents,
    executions: () => store.newest().flatMap(({ executionId }) => find(executionId) ?? []),
    find,
    start: (documentName, given, startedBy) => {
      const document = documents.get(documentName);
      if (!document) throw new AutomationError(`There is no document ${documentName}.`);
      const parameters = parametersOf(document, given);
      const steps = document.mainSteps.map(({ name, action }) => ({
        name,
        action,
        status: 'Pending' as const,
        outputs: {},
      }));
      const execution = store.create({ documentName, startedBy, parameters, steps });
      continueWith(execution);
      return execution;
    },
    decide: (executionId, decision, approver, comment) => {
      const execution = find(executionId);
      if (execution?.status !== 'Waiting') throw new AutomationError('The execution does not wait for an approval.');
      const index = execution.steps.findIndex(({ status }) => status === 'Waiting');
      const step = documents.get(execution.documentName)?.mainSteps[index];
      if (step?.action !== 'aws:approve' || !step.inputs.Approvers.some((named) => isPrincipal(named, approver))) {
        throw new AutomationError(`${approver} is none of the approvers of this step.`);
      }
      const others = execution.approvals.filter((approval) => approval.approver !== approver);
      const after: Execution = {
        ...execution,
        status: 'InProgress',
        approvals: [...others, { approver, decision, comment }],
      };
      store.save(after);
      continueWith(after);
      return after;
    },
    permissions: (call) => [{ action: `ssm:${call.operation}`, resource: arnOf(executionIdIn(call.body)) }],
    handle: async (call) => {
      if (call.operation !== 'GetAutomationExecution') {
        throw new AwsError(
          'UnknownOperationException',
          `The local engine does not support ${call.operation} of Systems Manager.`,
        );
      }
      const execution = find(executionIdIn(call.body));
      if (!execution) throw new AwsError('AutomationExecutionNotFoundException', 'There is no such execution.');
      return jsonResponse({ AutomationExecution: reportOf(execution) });
    },
    pending: () => running,
    stop: async () => {},
  };
}

function parametersOf({ parameters }: AutomationDocument, given: Record<string, string>): Record<string, string> {
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(parameters, name));
  if (unknown !== undefined) throw new AutomationError(`The document has no parameter ${unknown}.`);
  return Object.fromEntries(
    Object.entries(parameters).map(([name, parameter]) => {
      const value = Object.hasOwn(given, name) ? given[name] : undefined;
      const filled = value ?? (parameter.default === undefined ? undefined : String(parameter.default));
      const problem = parameterProblem(name, parameter, filled);
      if (problem !== undefined) throw new AutomationError(problem);
      return [name, filled ?? ''];
    }),
  );
}

/** A rejection ends the step; the approvals must reach the minimum. */
function decidedBy({ approvals }: Execution, { inputs }: ApproveStep): 'waiting' | 'Approved' | 'Rejected' {
  if (approvals.some(({ decision }) => decision === 'Reject')) return 'Rejected';
  return approvals.length >= inputs.MinRequiredApprovals ? 'Approved' : 'waiting';
}

/** Whether an approver of a document is this caller: the same ARN, or the role of the session. */
function isPrincipal(named: string, caller: string): boolean {
  if (named === caller) return true;
  const role = /:role\/(?:.*\/)?([^/]+)$/.exec(named)?.[1];
  return role !== undefined && /:assumed-role\/([^/]+)\//.exec(caller)?.[1] === role;
}

const OfExecution = z.object({ AutomationExecutionId: z.string() });

function executionIdIn(body: Buffer): string {
  const parsed = OfExecution.safeParse(JSON.parse(body.toString() || '{}'));
  if (!parsed.success) throw new AwsError('ValidationException', 'AutomationExecutionId is required.');
  return parsed.data.AutomationExecutionId;
}
