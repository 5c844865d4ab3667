import { StartError } from '../start-error.ts';
import { isObject } from './value-pattern.ts';

/** One step of a path: a field, an index, or `*` for all elements or fields. */
type Step = { name: string } | { index: number } | 'every';

/** Reads the value at a path; an array of values if the path has `*`; undefined if there is none. */
type JsonPath = (event: unknown) => unknown;

const stepForms = /\.([\w-]+)|\['([^']+)'\]|\["([^"]+)"\]|\[(\d+)\]|(\.\*|\[\*\])/y;

/**
 * Compiles a JSON path of EventBridge: `$`, `.name`, `['name']`, `[0]` and `*`. Throws StartError for an invalid one.
 * Source: EventBridge user guide, "Input transformation".
 */
export function jsonPath(path: string): JsonPath {
  const steps = readSteps(path);
  const hasWildcard = steps.includes('every');
  return (event) => {
    let values = [event];
    for (const step of steps) values = values.flatMap((value) => take(value, step));
    return hasWildcard ? values : values[0];
  };
}

function readSteps(path: string): Step[] {
  const refusal = new StartError(`${JSON.stringify(path)} is not a JSON path that EventBridge supports.`);
  if (!path.startsWith('$')) throw refusal;
  const steps: Step[] = [];
  stepForms.lastIndex = 1;
  while (stepForms.lastIndex < path.length) {
    const found = stepForms.exec(path);
    if (!found) throw refusal;
    const [, plain, single, double, index] = found;
    const name = plain ?? single ?? double;
    if (name !== undefined) steps.push({ name });
    else steps.push(index === undefined ? 'every' : { index: Number(index) });
  }
  return steps;
}

function take(value: unknown, step: Step): unknown[] {
  if (step === 'every') {
    if (Array.isArray(value)) return value;
    return isObject(value) ? Object.values(value) : [];
  }
  if ('index' in step) return Array.isArray(value) && step.index < value.length ? [value[step.index]] : [];
  return isObject(value) && Object.hasOwn(value, step.name) ? [value[step.name]] : [];
}
