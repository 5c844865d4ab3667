import { arnPattern, glob } from './pattern.ts';
import { StartError } from '../start-error.ts';

/** Values of a request's condition keys (in lower case). Conditions on a `not-checked` key are true. */
export type RequestContext = Record<string, string[] | 'not-checked'>;

/** Evaluates all conditions of a statement. */
export type Conditions = (context: RequestContext) => boolean;

/**
 * Condition keys that the engine supports. It refuses a policy with another key, whose condition would give another
 * result than on AWS.
 */
const knownKeys = new Set([
  'aws:securetransport',
  'aws:requestedregion',
  'aws:principalaccount',
  'aws:principalarn',
  'aws:resourceaccount',
  'aws:sourceaccount',
  'aws:sourcearn',
  'aws:multifactorauthpresent',
  'iam:passedtoservice',
  's3:prefix',
  'dynamodb:leadingkeys',
  'dynamodb:attributes',
  'dynamodb:enclosingoperation',
]);

/** Whether a statement's `Condition` depends on the items of a request. */
export const readsItems = (raw: Record<string, Record<string, unknown>>): boolean =>
  Object.values(raw).some((keys) => Object.keys(keys).some((key) => key.toLowerCase().startsWith('dynamodb:')));

type Operator = { negated: boolean; matcher: (pattern: string, at: string) => { test: (value: string) => boolean } };

const equals = (pattern: string) => ({ test: (value: string) => value === pattern });
const equalsIgnoringCase = (pattern: string) => ({
  test: (value: string) => value.toLowerCase() === pattern.toLowerCase(),
});
const like = (pattern: string, at: string) => glob(pattern, at);

const operators: Record<string, Operator> = {
  StringEquals: { negated: false, matcher: equals },
  StringNotEquals: { negated: true, matcher: equals },
  StringEqualsIgnoreCase: { negated: false, matcher: equalsIgnoringCase },
  StringNotEqualsIgnoreCase: { negated: true, matcher: equalsIgnoringCase },
  StringLike: { negated: false, matcher: like },
  StringNotLike: { negated: true, matcher: like },
  // ArnEquals and ArnLike behave identically.
  ArnEquals: { negated: false, matcher: arnPattern },
  ArnLike: { negated: false, matcher: arnPattern },
  ArnNotEquals: { negated: true, matcher: arnPattern },
  ArnNotLike: { negated: true, matcher: arnPattern },
  Bool: { negated: false, matcher: equalsIgnoringCase },
};

/**
 * Compiles a statement's `Condition`: every operator and key must match one of its values. Throws StartError with `at`
 * for an unsupported operator or key. Source of the rules for absent keys, `…IfExists`, `ForAllValues:` and
 * `ForAnyValue:`:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
export function openConditions(raw: Record<string, Record<string, unknown>>, at: string): Conditions {
  const conditions = Object.entries(raw).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, values]) => openCondition(operator, key, textsOf(values, at), at)),
  );
  return (context) => conditions.every((condition) => condition(context));
}

function openCondition(written: string, key: string, values: string[], at: string): Conditions {
  const lowerKey = key.toLowerCase();
  if (!knownKeys.has(lowerKey)) throw new StartError(`${at}: the engine does not support the condition key ${key}.`);
  if (written === 'Null') {
    const wanted = new Set(values.map((value) => value.toLowerCase()));
    return (context) => wanted.has(String(context[lowerKey] === undefined));
  }
  const [, quantifier, name = '', ifExists] = /^(ForAllValues:|ForAnyValue:)?(.*?)(IfExists)?$/.exec(written) ?? [];
  const operator = Object.hasOwn(operators, name) ? operators[name] : undefined;
  if (!operator) throw new StartError(`${at}: the engine does not support the condition operator ${written}.`);
  const matchers = values.map((value) => operator.matcher(value, at));
  const met = (value: string) => matchers.some((matcher) => matcher.test(value)) !== operator.negated;
  return (context) => {
    const present = context[lowerKey];
    if (present === 'not-checked') return true;
    if (!present || present.length === 0) {
      return ifExists !== undefined || quantifier === 'ForAllValues:' || (operator.negated && !quantifier);
    }
    // Of several values without a quantifier, one must match; with a negated operator, all must.
    const all = quantifier === 'ForAllValues:' || (!quantifier && operator.negated);
    return all ? present.every(met) : present.some(met);
  };
}

function textsOf(values: unknown, at: string): string[] {
  return [values].flat().map((value) => {
    if (typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number') return String(value);
    throw new StartError(`${at}: a condition's value must be text.`);
  });
}
