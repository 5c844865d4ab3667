import type { DefinedRoute } from '../define-route.ts';

/** An input of an operation. A `pattern` matches the whole text; `values` are the only valid ones. */
export type OperationInput = {
  type: 'String' | 'Boolean' | 'Integer';
  description: string;
  example: string;
  pattern?: string;
  values?: readonly string[];
  /** An input without a default is required. */
  default?: string;
};

/** A request of a workflow's API. */
export type OperationRequest = {
  route: DefinedRoute;
  params?: Record<string, string>;
  query?: Record<string, string>;
  body?: object;
};

/** The workflows whose API serves operations or widgets. */
export type OperatedWorkflow =
  | 'channel-webhooks'
  | 'insights'
  | 'nightly-metrics'
  | 'order-intake'
  | 'promotion-scheduling'
  | 'refund-approval'
  | 'stock-audit'
  | 'stock-update';

/** Values of the inputs by name; optional ones have their default. */
export type OperationInputs = Readonly<Record<string, string>>;

/**
 * Something that an administrator does in the AWS console. The automation document, its form and its tests derive from this
 * value, and the function that carries it out.
 */
export type Operation = {
  /** Kebab-case. */
  name: string;
  title: string;
  description: string;
  inputs: Readonly<Record<string, OperationInput>>;
  /** A second person approves it before it is carried out. */
  needsApproval: boolean;
} & (
  | {
      kind: 'requests';
      workflow: OperatedWorkflow;
      /** The requests of the person who started the operation. They need the scopes of the routes. */
      requests: (inputs: OperationInputs, executionId: string) => OperationRequest[];
      routes: readonly DefinedRoute[];
    }
  /** Moves the messages of a dead-letter queue back to the queue they came from. Administrators only. */
  | { kind: 'redrive' }
);

/** The name of an operation's automation document: `run-reports` is `Storeworks-RunReports`. */
export const documentNameOf = (operation: string) =>
  `Storeworks-${operation.replaceAll(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase())}`;

/** What is wrong with a value, as a sentence. The document's own checks are the same. */
export function inputProblem(name: string, input: OperationInput, value: string): string | undefined {
  if (input.values && !input.values.includes(value)) return `${name} is one of ${input.values.join(', ')}.`;
  if (input.type === 'Boolean' && !['true', 'false'].includes(value)) return `${name} is true or false.`;
  if (input.type === 'Integer' && !/^\d{1,9}$/.test(value)) return `${name} is a whole number.`;
  if (input.pattern !== undefined && !new RegExp(`^(?:${input.pattern})$`).test(value)) {
    return `${name} is not valid: ${input.description}, such as ${input.example}.`;
  }
  return undefined;
}
