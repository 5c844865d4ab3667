import { BlockList, isIP } from 'node:net';
import { AwsError } from '../gateway/aws-call.ts';

/** A JSON value other than an object or an array, the operand of comparison operators. */
export type Leaf = string | number | boolean | null;

/** One element of a field's list in a pattern. */
export type ValuePattern = { kind: 'value'; test: (value: Leaf) => boolean } | { kind: 'present' } | { kind: 'absent' };

type Test = (value: Leaf) => boolean;

/** EventBridge's error for an invalid pattern. */
export const invalidPattern = (reason: string) =>
  new AwsError('InvalidEventPatternException', `Event pattern is not valid. Reason: ${reason}`);

/** Narrows to a JSON object. */
export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Comparison operators. `$or` over objects with such field names is an ordinary field, as on AWS. */
export const operators = [
  'prefix',
  'suffix',
  'anything-but',
  'numeric',
  'exists',
  'cidr',
  'equals-ignore-case',
  'wildcard',
] as const;
type Operator = (typeof operators)[number];

/**
 * Parses one element of a field's list: a plain value or `{ operator: argument }`. `field` is for the error message.
 * Throws InvalidEventPatternException as EventBridge does.
 */
export function readValuePattern(spec: unknown, field: string): ValuePattern {
  if (spec === null || typeof spec === 'string' || typeof spec === 'boolean') {
    return { kind: 'value', test: (value) => value === spec };
  }
  if (typeof spec === 'number') return { kind: 'value', test: equalTo(spec) };
  if (!isObject(spec)) throw invalidPattern(`Match value must be String, number, true, false, or null at ${field}`);
  const [operator, argument] = onlyEntry(spec, field);
  switch (operator) {
    case 'exists':
      if (typeof argument !== 'boolean') throw invalidPattern(`exists match must be true or false at ${field}`);
      return { kind: argument ? 'present' : 'absent' };
    case 'anything-but':
      return { kind: 'value', test: anythingBut(argument, field) };
    case 'numeric':
      return { kind: 'value', test: numeric(argument, field) };
    case 'cidr':
      return { kind: 'value', test: cidr(argument, field) };
    case 'prefix':
    case 'suffix':
      return { kind: 'value', test: affix(operator, argument, field) };
    case 'equals-ignore-case':
      return { kind: 'value', test: equalsIgnoreCase(text(operator, argument, field)) };
    default:
      return { kind: 'value', test: wildcard(text(operator, argument, field), field) };
  }
}

function onlyEntry(spec: Record<string, unknown>, field: string): [Operator, unknown] {
  const [entry, ...others] = Object.entries(spec);
  if (!entry) throw invalidPattern(`Empty objects are not allowed at ${field}`);
  if (others.length > 0) throw invalidPattern(`Only one key allowed in match expression at ${field}`);
  const operator = operators.find((name) => name === entry[0]);
  if (!operator) throw invalidPattern(`Unrecognized match type ${entry[0]} at ${field}`);
  return [operator, entry[1]];
}

function text(operator: string, argument: unknown, field: string): string {
  if (typeof argument !== 'string') throw invalidPattern(`${operator} match pattern must be a string at ${field}`);
  return argument;
}

const onText =
  (test: (value: string) => boolean): Test =>
  (value) =>
    typeof value === 'string' && test(value);

function equalsIgnoreCase(expected: string): Test {
  const folded = expected.toLowerCase();
  return onText((value) => value.toLowerCase() === folded);
}

function affix(operator: 'prefix' | 'suffix', argument: unknown, field: string): Test {
  const holds = (value: string, part: string) =>
    operator === 'prefix' ? value.startsWith(part) : value.endsWith(part);
  if (!isObject(argument)) {
    const part = text(operator, argument, field);
    return onText((value) => holds(value, part));
  }
  const [inner, part] = onlyEntry(argument, field);
  if (inner !== 'equals-ignore-case') throw invalidPattern(`Unsupported ${operator} pattern: ${inner} at ${field}`);
  const folded = text(`${operator} equals-ignore-case`, part, field).toLowerCase();
  return onText((value) => holds(value.toLowerCase(), folded));
}

/** `*` matches any characters; `\*` and `\\` match literally. Linear in the value's length. */
function wildcard(pattern: string, field: string): Test {
  const pieces = [''];
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern.charAt(at);
    if (character === '*') {
      if (pattern[at + 1] === '*') throw invalidPattern(`Consecutive wildcard characters at pos ${at} at ${field}`);
      pieces.push('');
      continue;
    }
    if (character === '\\') {
      at += 1;
      const escaped = pattern[at];
      if (escaped !== '*' && escaped !== '\\') {
        throw invalidPattern(`Invalid escape character at pos ${at - 1} at ${field}`);
      }
    }
    pieces.push(`${pieces.pop()}${pattern.charAt(at)}`);
  }
  const [first = '', ...rest] = pieces;
  const last = rest.pop();
  if (last === undefined) return onText((value) => value === first);
  return onText((value) => {
    if (!value.startsWith(first)) return false;
    let from = first.length;
    for (const piece of rest) {
      const found = value.indexOf(piece, from);
      if (found < 0) return false;
      from = found + piece.length;
    }
    return value.length - last.length >= from && value.endsWith(last);
  });
}

/** Numbers are compared from -5e9 to 5e9 with six decimals (EventBridge user guide, numeric matching). */
const numericLimit = 5e9;
const scaled = (value: number) => Math.round(value * 1e6);
const isComparable = (value: unknown): value is number => typeof value === 'number' && Math.abs(value) <= numericLimit;

function equalTo(expected: number): Test {
  if (!isComparable(expected)) return (value) => value === expected;
  const target = scaled(expected);
  return (value) => isComparable(value) && scaled(value) === target;
}

const comparisons = new Map<unknown, (value: number, limit: number) => boolean>([
  ['=', (value, limit) => value === limit],
  ['<', (value, limit) => value < limit],
  ['<=', (value, limit) => value <= limit],
  ['>', (value, limit) => value > limit],
  ['>=', (value, limit) => value >= limit],
]);

/** `[operator, number]`, or a range whose lower bound comes first: `['>', 0, '<=', 5]`. */
function numeric(argument: unknown, field: string): Test {
  if (!Array.isArray(argument)) throw invalidPattern(`Value of numeric must be an array. at ${field}`);
  if (argument.length === 0) throw invalidPattern(`Invalid member in numeric match: ] at ${field}`);
  if (argument.length % 2 !== 0) throw invalidPattern(`Value of numeric must be numeric at ${field}`);
  const bounds = Array.from({ length: argument.length / 2 }, (_, index) => {
    const operator: unknown = argument[index * 2];
    const limit: unknown = argument[index * 2 + 1];
    const holds = comparisons.get(operator);
    if (!holds) throw invalidPattern(`Unrecognized numeric range operator: ${String(operator)} at ${field}`);
    if (typeof limit !== 'number') throw invalidPattern(`Value of ${String(operator)} must be numeric at ${field}`);
    if (!isComparable(limit)) throw invalidPattern(`Value must be between -5.0e9 and 5.0e9, inclusive at ${field}`);
    return { operator: String(operator), limit: scaled(limit), holds };
  });
  const [lower, upper] = bounds;
  if (bounds.length > 2) throw invalidPattern(`Too many terms in numeric range at ${field}`);
  if (lower && upper) {
    if (!lower.operator.startsWith('>')) throw invalidPattern(`Too many elements in numeric expression at ${field}`);
    if (!upper.operator.startsWith('<'))
      throw invalidPattern(`Bad numeric range operator: ${upper.operator} at ${field}`);
    if (lower.limit >= upper.limit) throw invalidPattern(`Bottom must be less than top at ${field}`);
  }
  return (value) => isComparable(value) && bounds.every(({ limit, holds }) => holds(scaled(value), limit));
}

function cidr(argument: unknown, field: string): Test {
  const [address = '', bits = '', ...others] = text('cidr', argument, field).split('/');
  const version = isIP(address);
  const prefix = /^\d{1,3}$/.test(bits) ? Number(bits) : -1;
  if (version === 0 || others.length > 0 || prefix < 0 || prefix > (version === 4 ? 32 : 128)) {
    throw invalidPattern(`Malformed CIDR: ${String(argument)} at ${field}`);
  }
  const family = version === 4 ? 'ipv4' : 'ipv6';
  const block = new BlockList();
  block.addSubnet(address, prefix, family);
  return onText((value) => isIP(value) === version && block.check(value, family));
}

/** Matches all values except the listed ones; with a nested operator, also all values that are not text. */
function anythingBut(argument: unknown, field: string): Test {
  if (isObject(argument)) {
    const [operator, inner] = onlyEntry(argument, field);
    const refused = list(inner, field).map((item) => nested(operator, item, field));
    return (value) => !refused.some((test) => test(value));
  }
  const items = list(argument, field);
  if (items.every((item) => typeof item === 'string')) {
    const refused = new Set<Leaf>(items);
    return (value) => !refused.has(value);
  }
  if (items.every((item) => typeof item === 'number')) {
    const refused = items.map(equalTo);
    return (value) => !refused.some((test) => test(value));
  }
  throw invalidPattern(
    `Inside anything but list, either all values are number or string, mixed type is not supported at ${field}`,
  );
}

function list(argument: unknown, field: string): unknown[] {
  const items: unknown[] = Array.isArray(argument) ? argument : [argument];
  if (items.length === 0) throw invalidPattern(`Empty arrays are not allowed at ${field}`);
  return items;
}

function nested(operator: Operator, argument: unknown, field: string): Test {
  const value = text(`anything-but ${operator}`, argument, field);
  switch (operator) {
    case 'prefix':
    case 'suffix':
      if (value === '') throw invalidPattern(`Null prefix/suffix not allowed at ${field}`);
      return affix(operator, value, field);
    case 'equals-ignore-case':
      return equalsIgnoreCase(value);
    case 'wildcard':
      return wildcard(value, field);
    default:
      throw invalidPattern(`Unsupported anything-but pattern: ${operator} at ${field}`);
  }
}
