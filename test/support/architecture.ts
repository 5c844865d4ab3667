import { globSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';

/** Source text by path from the root of the repository, with forward slashes. */
export type Sources = Map<string, string>;

const repository = join(import.meta.dirname, '../..');

export const readSources = (root = repository): Sources =>
  new Map(
    globSync('{functions,infra,shared,test}/**/*.ts', { cwd: root, exclude: ['**/node_modules/**'] }).map((path) => [
      path.replaceAll('\\', '/'),
      readFileSync(join(root, path), 'utf8'),
    ]),
  );

type Import = { from: string; to: string; typeOnly: boolean };

/** Imports of a file. Relative imports become paths from the root; packages keep their specifier. */
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
const allImports = (sources: Sources) => [...sources].flatMap(([path, source]) => importsOf(path, source));

const workflowOf = (path: string) => /^functions\/([^/]+)\//.exec(path)?.[1];
/** `functions/<workflow>/<capability>` of a file in a capability folder. */
const capabilityOf = (path: string) => /^functions\/[^/]+\/[^/]+(?=\/)/.exec(path)?.[0];
const isRelative = (to: string) => /^(functions|infra|shared|test)\//.test(to);

/** Violations of the rules about imports between the parts of the repository, as sentences. */
export const importViolations = (sources: Sources): string[] =>
  allImports(sources).flatMap((statement) => {
    const rule = brokenImportRule(statement);
    return rule === undefined ? [] : [`${statement.from} imports ${statement.to}: ${rule}`];
  });

function brokenImportRule({ from, to, typeOnly }: Import): string | undefined {
  const workflow = workflowOf(from);
  if (workflow) {
    if (/^(infra|test)\//.test(to) || to.startsWith('aws-cdk')) return 'a function does not import infra or tests';
    if (isRelative(to) && !to.startsWith('shared/') && workflowOf(to) !== workflow) {
      return 'a workflow does not import another workflow';
    }
  }
  if (from.startsWith('shared/') && isRelative(to) && !to.startsWith('shared/')) {
    return 'shared imports itself and packages';
  }
  if (from.startsWith('infra/local/') && isRelative(to) && !to.startsWith('infra/local/')) {
    return 'the local engine imports itself and packages';
  }
  if (from.startsWith('infra/') && to.startsWith('functions/') && !typeOnly) {
    return 'infra imports only types from functions';
  }
  if (from.startsWith('infra/') && to.startsWith('test/')) return 'infra does not import tests';
  return undefined;
}

/**
 * Violations of the rules about capability folders: the folders of a workflow may import one folder, its core, which
 * imports none of them; no folder imports the files directly in the workflow's folder.
 */
export function capabilityViolations(sources: Sources): string[] {
  const crossing = allImports(sources).flatMap(({ from, to }) => {
    const [importer, imported] = [capabilityOf(from), capabilityOf(to)];
    if (importer === undefined || workflowOf(from) !== workflowOf(to) || importer === imported) return [];
    return [{ from, to, importer, imported }];
  });
  const upward = crossing.filter(({ imported }) => imported === undefined);
  const sideways = crossing.filter(({ imported }) => imported !== undefined);
  const byWorkflow = Map.groupBy(sideways, ({ from }) => workflowOf(from));
  return [
    ...upward.map(({ from, to }) => `${from} imports ${to}: a capability does not import the workflow's entry points`),
    ...[...byWorkflow.values()].flatMap((imports) => {
      const core = mostImported(imports.map(({ imported }) => imported ?? ''));
      return imports
        .filter(({ importer, imported }) => imported !== core || importer === core)
        .map(
          ({ from, to }) => `${from} imports ${to}: capabilities import only the core (${core}), which imports none`,
        );
    }),
  ];
}

function mostImported(folders: string[]): string {
  const counts = [...Map.groupBy(folders, (folder) => folder)].map(([folder, uses]) => ({ folder, uses: uses.length }));
  return counts.toSorted((a, b) => b.uses - a.uses || a.folder.localeCompare(b.folder))[0]?.folder ?? '';
}

/** Files that may use an SDK, the clock or the environment. Every other file of functions/ and shared/ is pure. */
const isInputOutput = (path: string) =>
  /(\.handler|(^|[/-])(store|client|queue|api|job|env))\.ts$/.test(path) ||
  /^shared\/(dynamodb|lambda|payments)\//.test(path);
const isPure = (path: string) => /^(functions|shared)\//.test(path) && !isInputOutput(path);
// Hashing is pure, so node:crypto is allowed; its randomness is found by name.
const impurePackage =
  /^(@aws-sdk\/|@aws-lambda-powertools\/|@middy\/|node:(?!crypto|assert|path|util|net|zlib)|aws-lambda$|stripe$)/;
const impureName = /\b(Date\.now\(|new Date\(\)|performance\.now\(|Math\.random\(|process\.env|randomUUID\()/g;

/** Files of rules that import an SDK or use the clock, randomness or the environment. */
export const purityViolations = (sources: Sources): string[] =>
  [...sources]
    .filter(([path]) => isPure(path))
    .flatMap(([path, source]) => {
      const packages = importsOf(path, source).filter(({ to, typeOnly }) => !typeOnly && impurePackage.test(to));
      const names = [...source.matchAll(impureName)];
      return packages.map(({ to }) => `${path} imports ${to}`).concat(names.map(([name]) => `${path} uses ${name}`));
    });

const maxFilesPerFolder = 15;

/** Folders with more source files than a reader can survey. */
export const folderSizeViolations = (sources: Sources): string[] =>
  [...Map.groupBy(sources.keys(), (path) => posix.dirname(path))]
    .filter(([, files]) => files.length > maxFilesPerFolder)
    .map(([folder, files]) => `${folder} has ${files.length} files, more than ${maxFilesPerFolder}`);

/** Words of this store that the local engine must not contain, as it runs any CDK app. */
const storeWords =
  /\b(storeworks|storefronts?|refunds?|catalogue?|promotions?|warehouses?|skus?|orderIntake|stockUpdate|lakeBucket|reportsBucket|webhookSecret|replay:year)\b|\b(orders|stock|lake|reports)[-/.]/i;

export const storeWordsInLocalEngine = (sources: Sources): string[] =>
  [...sources]
    .filter(([path]) => path.startsWith('infra/local/'))
    .flatMap(([path, source]) =>
      source.split('\n').flatMap((line, index) => {
        const word = storeWords.exec(line)?.[0];
        return word === undefined ? [] : [`${path}:${index + 1} contains "${word}"`];
      }),
    );

const maxLinesPerWorkflowStack = 60;

/** Workflow stacks that are longer than one screen. */
export const longWorkflowStacks = (sources: Sources): string[] =>
  [...sources]
    .filter(([path]) => path.startsWith('infra/workflows/'))
    .map(([path, source]) => ({ path, lines: source.trimEnd().split('\n').length }))
    .filter(({ lines }) => lines > maxLinesPerWorkflowStack)
    .map(({ path, lines }) => `${path} has ${lines} lines, more than ${maxLinesPerWorkflowStack}`);

/** Environments that parse JSON themselves instead of with `jsonVariable`. */
export const handParsedVariables = (sources: Sources): string[] =>
  [...sources]
    .filter(([path, source]) => /^functions\/(.+\/)?env\.ts$/.test(path) && source.includes('JSON.parse'))
    .map(([path]) => `${path} parses JSON itself`);

/** Workflows without a file in infra, tests, a README or a row in the root README, and tests of folders that are gone. */
export function incompleteWorkflows(paths: string[], rootReadme: string): string[] {
  const workflows = new Set(paths.map(workflowOf).filter((name) => name !== undefined));
  const inInfra = paths.flatMap((path) => /^infra\/workflows\/(?:system\/)?([^/]+)\.ts$/.exec(path)?.[1] ?? []);
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
  const capabilities = new Set(paths.flatMap((path) => capabilityOf(path) ?? []));
  const testFolders = new Set(paths.flatMap((path) => /^test\/([^/]+\/[^/]+)\/[^/]+\.test\.ts$/.exec(path)?.[1] ?? []));
  const unmatched = [...testFolders]
    .filter((folder) => workflows.has(posix.dirname(folder)) && !capabilities.has(`functions/${folder}`))
    .map((folder) => `test/${folder} has no functions/${folder}`);
  return [...missing, ...orphans, ...unmatched];
}

/** Folders named by kind instead of by domain, and files that only re-export others. */
export const misplaced = (sources: Sources): string[] =>
  [...sources].flatMap(([path, source]) => {
    if (/\/(services|helpers|dtos|interfaces|utils)\//.test(path)) return [`${path} is in a folder named by kind`];
    const lines = source.trim().split('\n');
    const isBarrel = source.trim() !== '' && lines.every((line) => /^export .* from /.test(line));
    return isBarrel ? [`${path} is a barrel file`] : [];
  });

/** The violations of every rule in a repository, by rule. */
export function violationsIn(root = repository): Record<string, string[]> {
  const sources = readSources(root);
  const paths = globSync('{functions,infra,test}/**/*.{ts,md}', { cwd: root });
  return {
    'has only permitted imports': importViolations(sources),
    'has capabilities that import only the core of their workflow': capabilityViolations(sources),
    'has pure files of rules': purityViolations(sources),
    'has no folder named by kind and no barrel file': misplaced(sources),
    'has at most 15 source files per folder': folderSizeViolations(sources),
    'has a local engine without words of this store': storeWordsInLocalEngine(sources),
    'parses JSON variables of the environment in one place': handParsedVariables(sources),
    'has workflow stacks of one screen': longWorkflowStacks(sources),
    'has complete workflows': incompleteWorkflows(paths, readFileSync(join(root, 'README.md'), 'utf8')),
  };
}
