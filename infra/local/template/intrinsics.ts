import { StartError } from '../start-error.ts';

/** Lookups for the intrinsic functions of a stack. A lookup without a result throws Unresolvable. */
export type Scope = {
  /** Value of a parameter, pseudo parameter or resource. */
  reference: (name: string) => unknown;
  attribute: (logicalId: string, attribute: string) => unknown;
  /** Value that another stack exports under this name. */
  imported: (exportName: string) => unknown;
  /** Value of an output of another stack, exported or not. */
  stackOutput: (stack: string, output: string) => unknown;
  mappings: Record<string, Record<string, Record<string, unknown>>>;
  conditions: Record<string, unknown>;
};

/** The reason why a value cannot be resolved; `resolve` adds the location. */
export class Unresolvable extends Error {}

/** Value of `Ref: AWS::NoValue`: the property or list element is omitted. */
export const noValue = Symbol('AWS::NoValue');

/**
 * Resolves all intrinsic functions in `value`, without language extensions and macros. Throws StartError with `at` and
 * the path of an unresolvable value. Source: CloudFormation user guide.
 */
export function resolve(value: unknown, scope: Scope, at: string): unknown {
  if (typeof value === 'string') {
    if (value.includes('{{resolve:')) fail(at, 'the local engine does not support dynamic references');
    return value;
  }
  if (Array.isArray(value)) {
    return value.map((item, index) => resolve(item, scope, `${at}[${index}]`)).filter((item) => item !== noValue);
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [first] = entries;
  if (first && entries.length === 1 && isIntrinsic(first[0])) return call(first[0], first[1], scope, at);
  const mixed = entries.find(([key]) => key.startsWith('Fn::'));
  if (mixed) fail(at, `${mixed[0]} stands beside other keys`);
  return Object.fromEntries(
    entries
      .map(([key, item]) => [key, resolve(item, scope, `${at}.${key}`)] as const)
      .filter(([, item]) => item !== noValue),
  );
}

/** Evaluates a condition of the stack by name. Throws StartError with `at` for an unknown or circular condition. */
export function holds(name: string, scope: Scope, at: string, within: readonly string[] = []): boolean {
  if (!Object.hasOwn(scope.conditions, name)) fail(at, `there is no condition ${name}`);
  if (within.includes(name)) fail(at, `condition ${name} depends on itself`);
  return evaluate(scope.conditions[name], scope, `${at}, Conditions.${name}`, [...within, name]);
}

function evaluate(condition: unknown, scope: Scope, at: string, within: readonly string[]): boolean {
  const [name, argument] = Object.entries(condition ?? {})[0] ?? [];
  if (name === 'Condition') return holds(String(argument), scope, at, within);
  const parts = Array.isArray(argument) ? argument : [];
  const part = (item: unknown, index: number) => evaluate(item, scope, `${at}.${name}[${index}]`, within);
  if (name === 'Fn::And') return parts.every(part);
  if (name === 'Fn::Or') return parts.some(part);
  if (name === 'Fn::Not' && parts.length === 1) return !part(parts[0], 0);
  if (name === 'Fn::Equals' && parts.length === 2) {
    const [left, right] = parts.map((item, index) => resolve(item, scope, `${at}.${name}[${index}]`));
    return JSON.stringify(left) === JSON.stringify(right);
  }
  return fail(at, `${name ?? 'an empty object'} is not a condition function`);
}

const isIntrinsic = (key: string) => key === 'Ref' || key.startsWith('Fn::');

function call(name: string, argument: unknown, scope: Scope, at: string): unknown {
  const within = `${at}.${name}`;
  const intrinsic = Object.hasOwn(intrinsics, name) ? intrinsics[name] : undefined;
  if (!intrinsic) return fail(within, `the local engine does not support ${name}`);
  try {
    return intrinsic(argument, scope, within);
  } catch (error) {
    if (error instanceof Unresolvable) return fail(within, error.message);
    throw error;
  }
}

type Intrinsic = (argument: unknown, scope: Scope, at: string) => unknown;

const intrinsics: Record<string, Intrinsic> = {
  Ref: (argument, scope) => scope.reference(text(argument)),

  'Fn::GetAtt': (argument, scope, at) => {
    // The short form is one string, "Table.Arn"; an attribute name may contain dots.
    const parts =
      typeof argument === 'string' ? argument.split('.') : list(resolve(argument, scope, at)).map((part) => text(part));
    const [logicalId = '', ...attribute] = parts;
    return scope.attribute(logicalId, attribute.join('.'));
  },

  'Fn::Join': (argument, scope, at) => {
    const [delimiter, items] = pair(resolve(argument, scope, at));
    return list(items)
      .map((item) => text(item))
      .join(text(delimiter));
  },

  'Fn::Split': (argument, scope, at) => {
    const [delimiter, source] = pair(resolve(argument, scope, at));
    return text(source).split(text(delimiter));
  },

  'Fn::Select': (argument, scope, at) => {
    const [index, items] = pair(resolve(argument, scope, at));
    const chosen = list(items)[Number(text(index))];
    if (chosen === undefined) throw new Unresolvable(`there is no element ${text(index)}`);
    return chosen;
  },

  'Fn::Sub': (argument, scope, at) => {
    const [template, given] = Array.isArray(argument) ? pair(argument) : [argument, {}];
    const variables = resolve(given, scope, `${at}[1]`) as Record<string, unknown>;
    return text(template).replaceAll(/\$\{([^}]*)\}/g, (whole, inside: string) => {
      if (inside.startsWith('!')) return `\${${inside.slice(1)}}`;
      const name = inside.trim();
      if (Object.hasOwn(variables, name)) return text(variables[name]);
      const dot = name.indexOf('.');
      return text(dot < 0 ? scope.reference(name) : scope.attribute(name.slice(0, dot), name.slice(dot + 1)), whole);
    });
  },

  'Fn::ImportValue': (argument, scope, at) => scope.imported(text(resolve(argument, scope, at))),

  'Fn::GetStackOutput': (argument, scope, at) => {
    const { StackName: stack, OutputName: output } = resolve(argument, scope, at) as Record<string, unknown>;
    return scope.stackOutput(text(stack), text(output));
  },

  'Fn::FindInMap': (argument, scope, at) => {
    const [map = '', first = '', second = ''] = list(resolve(argument, scope, at)).map((item) => text(item));
    const found = scope.mappings[map]?.[first]?.[second];
    if (found === undefined) throw new Unresolvable(`there is no ${map}.${first}.${second} in Mappings`);
    return found;
  },

  'Fn::If': (argument, scope, at) => {
    const [condition, whenTrue, whenFalse] = list(argument);
    const holdsNow = holds(text(condition), scope, at);
    return resolve(holdsNow ? whenTrue : whenFalse, scope, `${at}[${holdsNow ? 1 : 2}]`);
  },

  'Fn::Base64': (argument, scope, at) => Buffer.from(text(resolve(argument, scope, at))).toString('base64'),
};

function text(value: unknown, what = 'value'): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new Unresolvable(`${what} must be text, not ${typeof value === 'symbol' ? 'AWS::NoValue' : kindOf(value)}`);
}

function list(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  throw new Unresolvable(`a list is expected, not ${kindOf(value)}`);
}

function pair(value: unknown): [unknown, unknown] {
  const items = list(value);
  if (items.length !== 2) throw new Unresolvable(`two arguments are expected, not ${items.length}`);
  return [items[0], items[1]];
}

const kindOf = (value: unknown) => (Array.isArray(value) ? 'a list' : value === null ? 'null' : typeof value);

function fail(at: string, problem: string): never {
  throw new StartError(`${at}: ${problem}.`);
}
