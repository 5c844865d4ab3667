import { awsPersonOf } from '../../../shared/access/aws-person.ts';
import { operations } from '../../../shared/contracts/admin-console/operations.ts';
import type { ApiClient } from '../apis/api-client.ts';
import type { ApiCaller, ApiResponse } from '../apis/api-event.ts';
import type { DeadLetterClient } from '../apis/dead-letter-client.ts';
import { decide, type Staff } from './decide.ts';
import { redriveText } from '../apis/redrive-text.ts';
import type { Execution } from './execution.ts';
import { summaryOf } from './summary.ts';

type Tools = {
  readExecution: (executionId: string) => Promise<Execution>;
  /** The identity over HTTP of the person with an e-mail address. */
  findSubject: (email: string) => Promise<string | undefined>;
  callApi: ApiClient;
  deadLetters: DeadLetterClient;
  staff: Omit<Staff, 'subjects'>;
};

/**
 * Carries out the operation of a running automation for the person who started it. Throws if it is refused, so that the
 * execution fails with the reason. A repetition makes the same requests again.
 */
export const carryOut =
  ({ readExecution, findSubject, callApi, deadLetters, staff }: Tools) =>
  async (executionId: string) => {
    const execution = await readExecution(executionId);
    const subjects = await subjectsIn(execution, findSubject);
    const decision = decide(execution, operations, { ...staff, subjects });
    if (decision.kind === 'refused') throw new RefusedError(decision.reason);
    const { operation, inputs, starter, approvers } = decision;
    const by = { startedBy: starter.subject, department: starter.department, approvedBy: namesOf(approvers) };
    if (operation.kind === 'redrive') {
      const redrive = await deadLetters.redrive(inputs['QueueName'] ?? '');
      if (redrive.failure !== undefined) throw new RefusedError(redriveText(redrive));
      return { operation: operation.name, ...by, results: [redriveText(redrive)] };
    }
    const results: string[] = [];
    for (const request of operation.requests(inputs, executionId)) {
      const response = await callApi(operation.workflow, request, starter, executionId);
      if (isRefusal(response)) throw new RefusedError(summaryOf(response));
      results.push(summaryOf(response));
    }
    return { operation: operation.name, ...by, results };
  };

/** The identities over HTTP of those who started and approved an execution, by their name in IAM Identity Center. */
async function subjectsIn({ startedBy, approvedBy }: Execution, findSubject: Tools['findSubject']) {
  const names = new Set([startedBy, ...approvedBy].flatMap((arn) => awsPersonOf(arn)?.name ?? []));
  const found = await Promise.all([...names].map(async (name) => [name, await findSubject(name)] as const));
  return new Map(found.flatMap(([name, subject]) => (subject === undefined ? [] : [[name, subject] as const])));
}

class RefusedError extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'Refused';
  }
}

const isRefusal = ({ status }: ApiResponse) => status >= 400;
const namesOf = (people: readonly ApiCaller[]) => people.map(({ subject }) => subject).join(', ');
