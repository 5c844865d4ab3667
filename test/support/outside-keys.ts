import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseAst } from 'vitest/node';
import type { Sources } from './architecture.ts';

const repository = join(import.meta.dirname, '../..');

/** The function of an object whose key may be any text: only there a plain object is indexed by text. */
const allowed = 'shared/input/own-value.ts';

/**
 * Declares the type of an object without its index signature for text. An object that is indexed through it by a text
 * that is none of its declared names does not compile. Arrays and texts stay as they are.
 */
const declaration = `
type WithoutTextKeys<T> = T extends readonly unknown[] | string | ArrayBufferView
  ? T
  : { [K in keyof T as string extends K ? never : K]: T[K] };
declare function withoutTextKeys<T>(object: T): WithoutTextKeys<T>;
`;

type Node = { type: string; start: number; end: number } & Record<string, unknown>;
const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && 'type' in value;

function* nodesIn(value: unknown): Generator<Node> {
  if (isNode(value)) yield value;
  if (typeof value !== 'object' || value === null) return;
  for (const member of Object.values(value)) yield* nodesIn(member);
}

const isComputed = (node: Node) =>
  node.type === 'MemberExpression' && node['computed'] === true && isNode(node['property']);
const isLiteral = ({ type }: Node) => type === 'Literal';

/** The source with each `object[key]` as `withoutTextKeys(object)[key]`, if the key is an expression. */
function rewritten(source: string, nodes: readonly Node[]): string {
  const inserts = nodes.filter(isComputed).flatMap(({ object, property }) => {
    if (!isNode(object) || !isNode(property) || isLiteral(property)) return [];
    return [
      { at: object.start, text: 'withoutTextKeys(', isEnd: false },
      { at: object.end, text: ')', isEnd: true },
    ];
  });
  // From the end, so that positions stay. At one position the ends come before the starts.
  inserts.sort((a, b) => b.at - a.at || Number(a.isEnd) - Number(b.isEnd));
  let text = source;
  for (const { at, text: inserted } of inserts) text = text.slice(0, at) + inserted + text.slice(at);
  return text;
}

/** `key in object` also finds inherited members. */
const inTests = (path: string, source: string, nodes: readonly Node[]): string[] =>
  nodes.flatMap(({ type, operator, left, start }) =>
    type === 'BinaryExpression' && operator === 'in' && isNode(left) && !isLiteral(left)
      ? [`${path}(${source.slice(0, start).split('\n').length}): use Object.hasOwn instead of \`in\``]
      : [],
  );

/** Element implicitly has an 'any' type: the key is none of the names of the object. */
const errors = /error TS70(?:15|52|53):/;

/**
 * Places where a plain object is indexed by a text that may be any, as \`path(line,column): error\`. There \`constructor\`
 * and \`__proto__\` find inherited members; use \`ownValue\` or a Map. Compiles a copy of the sources.
 */
export async function indexedByOutsideText(sources: Sources): Promise<string[]> {
  const directory = mkdtempSync(join(tmpdir(), 'outside-keys-'));
  try {
    const found: string[] = [];
    for (const [path, source] of sources) {
      const nodes = [...nodesIn(parseAst(source, { lang: 'ts' }))];
      if (path !== allowed) found.push(...inTests(path, source, nodes));
      mkdirSync(join(directory, dirname(path)), { recursive: true });
      writeFileSync(join(directory, path), path === allowed ? source : rewritten(source, nodes));
    }
    writeFileSync(join(directory, 'without-text-keys.d.ts'), declaration);
    writeFileSync(join(directory, 'package.json'), '{"type":"module"}');
    symlinkSync(join(repository, 'node_modules'), join(directory, 'node_modules'));
    cpSync(join(repository, 'tsconfig.json'), join(directory, 'tsconfig.json'));
    const compiler = join(repository, 'node_modules/.bin/tsc');
    const output = await new Promise<string>((resolve) => {
      execFile(compiler, ['--noEmit', '--pretty', 'false'], { cwd: directory, maxBuffer: 1e8 }, (_error, stdout) =>
        resolve(stdout),
      );
    });
    return [...found, ...output.split('\n').filter((line) => errors.test(line))];
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
