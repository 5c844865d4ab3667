import {
  invalidPattern,
  isObject,
  type Leaf,
  operators,
  readValuePattern,
  type ValuePattern,
} from './value-pattern.ts';

/** An EventBridge pattern: the structure of an event with lists of alternatives instead of values. */
export type EventPattern = Readonly<Record<string, unknown>>;

/** A field's condition: one alternative must match one of the values at the path. */
type Condition = { path: string[]; alternatives: ValuePattern[] };

/** The conditions of one combination of `$or` branches, as a tree of their paths. */
type Node = { leaves: { key: string; condition: Condition }[]; children: Map<string, Node> };

/** EventBridge's limit for combinations of `$or` branches. */
const maximumCombinations = 1000;

const compiled = new WeakMap<EventPattern, Node[]>();

/**
 * Whether the event matches. An array matches if one element does; all conditions below an array of objects must match
 * the same object. `exists` applies to leaves only: a field with an object does not exist. Numbers are compared by
 * value, because JSON.parse does not keep their text. Throws as `checkPattern` does. Source: EventBridge user guide,
 * "Comparison operators", and its published matcher's array consistency.
 */
export function matches(pattern: EventPattern, event: unknown): boolean {
  return isObject(event) && compile(pattern).some((node) => holds(node, event, event));
}

/** Throws AwsError `InvalidEventPatternException` with the field for an invalid pattern. */
export function checkPattern(pattern: unknown): asserts pattern is EventPattern {
  if (!isObject(pattern)) throw invalidPattern('Filter is not an object');
  compile(pattern);
}

function compile(pattern: EventPattern): Node[] {
  const known = compiled.get(pattern);
  if (known) return known;
  const nodes = combinations(pattern, []).map(joined);
  compiled.set(pattern, nodes);
  return nodes;
}

function combinations(pattern: Record<string, unknown>, parent: string[]): Condition[][] {
  const fields = Object.entries(pattern);
  if (fields.length === 0) throw invalidPattern(`Empty objects are not allowed${at(parent)}`);
  return fields.reduce<Condition[][]>(
    (before, [key, value]) => {
      const branches = fieldCombinations(key, value, parent);
      if (before.length * branches.length > maximumCombinations) {
        throw invalidPattern(`There are over ${maximumCombinations} combinations of $or branches`);
      }
      return before.flatMap((conditions) => branches.map((branch) => conditions.concat(branch)));
    },
    [[]],
  );
}

function fieldCombinations(key: string, value: unknown, parent: string[]): Condition[][] {
  if (key === '$or' && isAlternation(value)) return value.flatMap((branch) => combinations(branch, parent));
  const path = [...parent, key];
  if (isObject(value)) return combinations(value, path);
  if (!Array.isArray(value)) throw invalidPattern(`"${key}" must be an object or an array${at(path)}`);
  if (value.length === 0) throw invalidPattern(`Empty arrays are not allowed${at(path)}`);
  return [[{ path, alternatives: value.map((spec) => readValuePattern(spec, path.join('.'))) }]];
}

const at = (path: string[]) => (path.length > 0 ? ` at ${path.join('.')}` : '');

/** `$or` is an operator only over two or more objects without operator fields; otherwise it is a field name. */
const isAlternation = (value: unknown): value is Record<string, unknown>[] =>
  Array.isArray(value) &&
  value.length >= 2 &&
  value.every((branch) => isObject(branch) && !operators.some((operator) => Object.hasOwn(branch, operator)));

function joined(conditions: Condition[]): Node {
  const root: Node = { leaves: [], children: new Map() };
  for (const condition of conditions) {
    let node = root;
    for (const key of condition.path.slice(0, -1)) {
      const child = node.children.get(key) ?? { leaves: [], children: new Map() };
      node.children.set(key, child);
      node = child;
    }
    node.leaves.push({ key: condition.path.at(-1) ?? '', condition });
  }
  return root;
}

function holds(node: Node, value: Record<string, unknown>, event: Record<string, unknown>): boolean {
  for (const { key, condition } of node.leaves) {
    if (!isSatisfied(condition, elements(own(value, key)).filter(isLeaf), event)) return false;
  }
  for (const [key, child] of node.children) {
    const objects = elements(own(value, key)).filter(isObject);
    // Without an object, all fields below are absent, which matches `exists: false`.
    if (objects.length === 0 ? !holds(child, {}, event) : !objects.some((object) => holds(child, object, event))) {
      return false;
    }
  }
  return true;
}

const isSatisfied = ({ path, alternatives }: Condition, values: Leaf[], event: Record<string, unknown>) =>
  alternatives.some((alternative) => {
    switch (alternative.kind) {
      case 'present':
        return values.length > 0;
      case 'absent':
        return values.length === 0 && !hasLeaf(event, path);
      default:
        return values.some(alternative.test);
    }
  });

/** `exists: false` applies to the whole event, not only to one object of an array. */
function hasLeaf(event: unknown, path: string[]): boolean {
  const [key, ...rest] = path;
  if (key === undefined) return elements(event).some(isLeaf);
  return elements(event).some((element) => isObject(element) && hasLeaf(own(element, key), rest));
}

const isLeaf = (value: unknown): value is Leaf => value === null || (value !== undefined && typeof value !== 'object');

/** The value itself, or the elements of a (nested) array. */
const elements = (value: unknown): unknown[] => (Array.isArray(value) ? value.flat(Infinity) : [value]);

const own = (value: Record<string, unknown>, key: string) => (Object.hasOwn(value, key) ? value[key] : undefined);
