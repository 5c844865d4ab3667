import {
  documentNameOf,
  inputProblem,
  type Operation,
  type OperationInputs,
} from '../../../shared/contracts/admin-console/operation.ts';
import { type AwsPerson, awsPersonOf } from '../../../shared/access/aws-person.ts';
import { ownValue } from '../../../shared/input/own-value.ts';
import { type ApiCaller, isAllowed } from '../apis/api-event.ts';
import type { Execution } from './execution.ts';

type Departments = Readonly<Record<string, { clientId: string; scopes: readonly string[] }>>;
export type Staff = {
  departments: Departments;
  /** Department by permission set. */
  permissionSets: Readonly<Record<string, string>>;
  /** By name in IAM Identity Center, the `sub` of the same person in the user pool: their identity over HTTP. */
  subjects: ReadonlyMap<string, string>;
};

export type Decision =
  | { kind: 'allowed'; operation: Operation; inputs: OperationInputs; starter: ApiCaller; approvers: ApiCaller[] }
  | { kind: 'refused'; reason: string };

const administrators = 'admin';

/** Whether an execution may carry out its operation: for whom, and with which inputs. */
export function decide(execution: Execution, operations: readonly Operation[], staff: Staff): Decision {
  const operation = operations.find(({ name }) => documentNameOf(name) === execution.documentName);
  if (!operation) return refused(`${execution.documentName} is no document of this store.`);
  if (execution.status !== 'InProgress') return refused(`The execution is ${execution.status}, not in progress.`);
  const starter = staffOf(execution.startedBy, staff);
  if ('reason' in starter) return starter;
  if (!mayCarryOut(operation, starter.caller)) {
    return refused(`The department ${starter.caller.department} may not ${operation.title.toLowerCase()}.`);
  }
  const inputs = inputsOf(operation, execution.inputs);
  if ('reason' in inputs) return inputs;
  const approvers = execution.approvedBy.map((arn) => staffOf(arn, staff));
  const accepted = approvers.flatMap((approver) =>
    'caller' in approver &&
    approver.caller.subject !== starter.caller.subject &&
    mayCarryOut(operation, approver.caller)
      ? [approver.caller]
      : [],
  );
  if (operation.needsApproval && accepted.length === 0) {
    return refused('A second person who may start this operation has to approve it; nobody approves their own.');
  }
  return { kind: 'allowed', operation, inputs: inputs.values, starter: starter.caller, approvers: accepted };
}

const refused = (reason: string) => ({ kind: 'refused', reason }) as const;

function staffOf(arn: string, { departments, permissionSets, subjects }: Staff) {
  const person: AwsPerson | undefined = awsPersonOf(arn);
  if (!person) return refused(`${arn} is no person of IAM Identity Center: sign in there, with a permission set.`);
  const department = ownValue(permissionSets, person.permissionSet);
  const client = department === undefined ? undefined : ownValue(departments, department);
  if (department === undefined || !client) {
    return refused(`The permission set ${person.permissionSet} belongs to no department of this store.`);
  }
  const subject = subjects.get(person.name);
  if (subject === undefined) {
    return refused(`${person.name} has to be the e-mail address of exactly one enabled user of the user pool.`);
  }
  return { caller: { subject, department, ...client } satisfies ApiCaller };
}

/** The scopes of the routes, as for a request over HTTP. Dead letters are the administrators'. */
function mayCarryOut(operation: Operation, caller: ApiCaller): boolean {
  if (operation.kind === 'redrive') return caller.department === administrators;
  return operation.routes.every((route) => isAllowed({ route }, caller));
}

function inputsOf({ inputs }: Operation, given: Record<string, string>) {
  const values = new Map<string, string>();
  for (const [name, input] of Object.entries(inputs)) {
    const value = ownValue(given, name) ?? input.default;
    if (value === undefined) return refused(`${name} is missing.`);
    const problem = inputProblem(name, input, value);
    if (problem !== undefined) return refused(problem);
    values.set(name, value);
  }
  return { values: Object.fromEntries(values) };
}
