import {
  inputProblem,
  type Operation,
  type OperationInputs,
} from '../../../shared/contracts/admin-console/operation.ts';
import { ownValue } from '../../../shared/input/own-value.ts';

type Pressed = { operation: string; inputs: Record<string, string>; fields: Record<string, string> };
type FormValues = Readonly<Record<string, string | number | boolean | null>>;

/**
 * Operations that a button may start. Lambda does not report who pressed it before CloudTrail does, so that operations in
 * which two people must differ are not among them: their automation documents know the person.
 */
const withButton = new Set(['run-reports', 'audit-stock', 'redrive-dead-letters', 'change-promotion', 'review-order']);

type Checked = { kind: 'allowed'; operation: Operation; inputs: OperationInputs } | { kind: 'refused'; reason: string };

/** Checks a pressed button with the values of the widget's forms. */
export function checkPress(pressed: Pressed, forms: FormValues, operations: readonly Operation[]): Checked {
  const operation = operations.find(({ name }) => name === pressed.operation);
  if (!operation || !withButton.has(operation.name)) {
    return { kind: 'refused', reason: `${pressed.operation} has no button.` };
  }
  const inputs = new Map<string, string>();
  for (const [name, input] of Object.entries(operation.inputs)) {
    const field = ownValue(pressed.fields, name);
    const typed = field === undefined ? undefined : ownValue(forms, field);
    const value = field === undefined ? ownValue(pressed.inputs, name) : String(typed ?? '').trim();
    const given = value ?? input.default ?? '';
    const problem = inputProblem(name, input, given);
    if (problem !== undefined) return { kind: 'refused', reason: problem };
    inputs.set(name, given);
  }
  return { kind: 'allowed', operation, inputs: Object.fromEntries(inputs) };
}
