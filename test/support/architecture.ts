import { globSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';

/** Source text by path from the repository's root, with forward slashes. */
export type Sources = Map<string, string>;

const root = join(import.meta.dirname, '../..');

export const readSources = (): Sources =>
  new Map(
    globSync('{functions,infra,shared,test}/**/*.ts', { cwd: root, exclude: ['**/node_modules/**'] }).map((path) => [
      path.replaceAll('\\', '/'),
      readFileSync(join(root, path), 'utf8'),
    ]),
  );

type Import = { from: string; to: string; typeOnly: boolean };

/** Imports of a file; relative ones as paths from the root, packages as they are written. */
function importsOf(path: string, source: string): Import[] {
  const statements = source.matchAll(
    /^(?:import|export)\s+(type\s+)?(?:[\w*{}\s,$]+?\s+from\s+)?'([^']+)'|import\('([^']+)'\)/gm,
  );
  return [...statements].map(([, type, statically, dynamically]) => {
    const specifier = statically ?? dynamically ?? '';
    const to = specifier.startsWith('.') ? posix.join(dirname(path), specifier) : specifier;
    return { from: path, to, typeOnly: Boolean(type) };
  });
}

const workflowOf = (path: string) => /^functions\/([^/]+)\//.exec(path)?.[1];
const isRelative = (to: string) => /^(functions|infra|shared|test)\//.test(to);
// Hashing is pure, so node:crypto is let through; its randomness is found by name.
const impure = /^(@aws-sdk\/|@aws-lambda-powertools\/|@middy\/|node:(?!crypto)|aws-lambda$)/;

/** Every breach of the rules on who may import what, as sentences. */
export function importBreaches(sources: Sources): string[] {
  const imports = [...sources].flatMap(([path, source]) => importsOf(path, source));
  return imports.flatMap(({ from, to, typeOnly }) => {
    const breach = (rule: string) => [`${from} imports ${to}: ${rule}`];
    const workflow = workflowOf(from);
    if (workflow) {
      if (/^(infra|test)\//.test(to) || to.startsWith('aws-cdk')) return breach('a function knows nothing of infra');
      if (isRelative(to) && !to.startsWith('shared/') && workflowOf(to) !== workflow) {
        return breach('a workflow never imports another');
      }
    }
    if (from.startsWith('shared/') && isRelative(to) && !to.startsWith('shared/')) {
      return breach('shared imports itself and packages');
    }
    if (from.startsWith('infra/') && to.startsWith('functions/') && !typeOnly) {
      return breach('infra takes only types from functions');
    }
    if (from.startsWith('infra/') && to.startsWith('test/')) return breach('infra does not know the tests');
    if (isPure(from) && impure.test(to)) return breach('a decision is a pure function');
    return [];
  });
}

const isPure = (path: string) => path.endsWith('/decide.ts') || path === 'shared/money.ts';

/** Decisions that read a clock, chance or the environment. */
export const impurities = (sources: Sources): string[] =>
  [...sources]
    .filter(([path]) => isPure(path))
    .flatMap(([path, source]) =>
      [...source.matchAll(/\b(Date\.now\(|new Date\(\)|Math\.random\(|process\.env|randomUUID\()/g)].map(
        ([what]) => `${path} uses ${what}`,
      ),
    );

/** Workflows that lack their file in infra, their tests, their README or their row in the root README. */
export function incompleteWorkflows(paths: string[], rootReadme: string): string[] {
  const workflows = new Set(paths.map(workflowOf).filter((name) => name !== undefined));
  const inInfra = paths.flatMap((path) => /^infra\/workflows\/([^/]+)\.ts$/.exec(path)?.[1] ?? []);
  const missing = [...workflows].flatMap((name) => {
    const lacks = [];
    if (!inInfra.includes(name)) lacks.push(`infra/workflows/${name}.ts`);
    if (!paths.some((path) => path.startsWith(`test/${name}/`))) lacks.push(`test/${name}/`);
    if (!paths.includes(`functions/${name}/README.md`)) lacks.push(`functions/${name}/README.md`);
    if (!rootReadme.includes(`functions/${name}`)) lacks.push('a row in README.md');
    return lacks.map((what) => `${name} lacks ${what}`);
  });
  const orphans = inInfra
    .filter((name) => !workflows.has(name))
    .map((name) => `infra/workflows/${name}.ts has no functions/${name}`);
  return [...missing, ...orphans];
}

/** Folders named by kind instead of domain, and files that only pass others on. */
export const misplaced = (sources: Sources): string[] =>
  [...sources].flatMap(([path, source]) => {
    if (/\/(services|helpers|dtos|interfaces|utils)\//.test(path)) return [`${path} lies in a folder by kind`];
    const barrel =
      source.trim() !== '' &&
      source
        .trim()
        .split('\n')
        .every((line) => /^export .* from /.test(line));
    return barrel ? [`${path} is a barrel`] : [];
  });
