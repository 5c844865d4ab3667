import { arnPattern, glob } from './pattern.ts';
import { StartError } from '../start-error.ts';

/** Values of a request's condition keys, the keys in lower case. A value vouched for meets every condition on it. */
export type RequestContext = Record<string, string[] | 'not-checked'>;

/** Whether all conditions of a statement are met. */
export type Conditions = (context: RequestContext) => boolean;

/**
 * Keys that the engine fills, or that are absent from a request because it does not carry them. Any other key is
 * refused at start: without its value here, a condition would be met or missed unlike on AWS.
 */
const knownKeys = new Set([
  'aws:securetransport',
  'aws:requestedregion',
  'aws:principalaccount',
  'aws:principalarn',
  'aws:resourceaccount',
  'aws:sourceaccount',
  'aws:sourcearn',
  'iam:passedtoservice',
]);

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
 * Opens a statement's `Condition`: every operator and key must be met, by one of its values. Throws StartError naming
 * `at` for an operator or key that the engine cannot evaluate. Rules for absent keys, `…IfExists`, `ForAllValues:` and
 * `ForAnyValue:` as in
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
  if (!knownKeys.has(lowerKey)) throw new StartError(`${at}: the engine does not know the condition key ${key}.`);
  if (written === 'Null') {
    const wanted = new Set(values.map((value) => value.toLowerCase()));
    return (context) => wanted.has(String(context[lowerKey] === undefined));
  }
  const [, quantifier, name = '', ifExists] = /^(ForAllValues:|ForAnyValue:)?(.*?)(IfExists)?$/.exec(written) ?? [];
  const operator = Object.hasOwn(operators, name) ? operators[name] : undefined;
  if (!operator) throw new StartError(`${at}: the engine does not know the condition operator ${written}.`);
  const matchers = values.map((value) => operator.matcher(value, at));
  const met = (value: string) => matchers.some((matcher) => matcher.test(value)) !== operator.negated;
  return (context) => {
    const present = context[lowerKey];
    if (present === 'not-checked') return true;
    if (!present || present.length === 0) {
      return ifExists !== undefined || quantifier === 'ForAllValues:' || (operator.negated && !quantifier);
    }
    // A key of several values without a quantifier is met by any one, and a negated operator must hold for each.
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
