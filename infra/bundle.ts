import { existsSync, globSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { build, type BuildOptions, type Metafile } from 'esbuild';
import { writeApiRootFiles } from './api-root-files.ts';
import { bundleOf } from './constructs/workflow-function.ts';
import { writeHolidayFile } from './constructs/holiday-files.ts';
import { fetchLambdaBinding } from './lambda-binding.ts';

const root = join(import.meta.dirname, '..');
const packages = join(root, 'node_modules');

/** Functions that write files beside their bundle's code, by bundle. */
const extraFiles: Record<string, (directory: string) => void> = {
  'api-root/api': writeApiRootFiles,
  'insights/computation/insights-run': writeHolidayFile,
};

const options = {
  absWorkingDir: root,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  // esbuild removes unused code from ES modules only.
  mainFields: ['module', 'main'],
  // CommonJS packages in the bundle load Node's own modules with `require`.
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  external: ['@duckdb/*'],
  legalComments: 'none',
  metafile: true,
  logLevel: 'error',
} satisfies BuildOptions;

/**
 * Bundles every `functions/<path>.handler.ts` into `<path>/index.mjs` under `directory`. For Lambda, the native packages
 * are those of Lambda's processor: throws if they are neither cached nor available from the registry.
 */
export async function bundleHandlers(directory: string, { isForLambda }: { isForLambda: boolean }): Promise<void> {
  const binding = isForLambda ? fetchLambdaBinding() : bindingForThisMachine();
  const handlers = globSync('functions/**/*.handler.ts', { cwd: root }).sort();
  const served = handlers.filter(servesHttp);
  const outputs = await Promise.all([
    bundleTogether(
      handlers.filter((handler) => !served.includes(handler)),
      directory,
    ),
    ...served.map((handler) => bundleInChunks(handler, directory)),
  ]);
  for (const [file, output] of outputs.flatMap((each) => Object.entries(each))) {
    if (importsDuckdb(output)) linkDuckdb(dirname(join(root, file)), binding);
  }
  for (const [bundle, write] of Object.entries(extraFiles)) {
    if (existsSync(join(directory, bundle))) write(join(directory, bundle));
  }
}

const servesHttp = (handler: string) => readFileSync(join(root, handler), 'utf8').includes('/lambda/http-handler.ts');
const pathOf = (handler: string) => bundleOf(relative('functions', handler));

/** One pass for many functions, which is faster. Code that is imported on demand is in `index.mjs` too. */
async function bundleTogether(handlers: string[], directory: string): Promise<Metafile['outputs']> {
  const entryPoints = handlers.map((handler) => ({ in: handler, out: join(pathOf(handler), 'index') }));
  // Shorter syntax keeps names and lines: 8 % less code to load in the function of the reports.
  return (await build({ ...options, minifySyntax: true, entryPoints, outdir: directory })).metafile.outputs;
}

/** Code that is imported on demand has its own files: a cold start, for which a caller waits, does not compile it. */
async function bundleInChunks(handler: string, directory: string): Promise<Metafile['outputs']> {
  const entryPoints = [{ in: handler, out: 'index' }];
  const outdir = join(directory, pathOf(handler));
  const chunks = { splitting: true, chunkNames: 'chunks/[name]-[hash]' };
  return (await build({ ...options, ...chunks, entryPoints, outdir })).metafile.outputs;
}

const importsDuckdb = (output: Metafile['outputs'][string]) =>
  output.imports.some(({ path, external }) => external && path.startsWith('@duckdb/'));

/** DuckDB is native code: the bundle links to the packages that npm installed. */
function linkDuckdb(bundle: string, binding: string): void {
  const linked = [join(packages, '@duckdb/node-api'), join(packages, '@duckdb/node-bindings'), binding];
  mkdirSync(join(bundle, 'node_modules/@duckdb'), { recursive: true });
  for (const path of linked) symlinkSync(path, join(bundle, 'node_modules/@duckdb', basename(path)));
}

/** npm installs the binding of its own machine only. */
function bindingForThisMachine(): string {
  const [found] = globSync(`@duckdb/node-bindings-${process.platform}-${process.arch}*`, { cwd: packages });
  if (found) return join(packages, found);
  throw new Error(`DuckDB has no binding for ${process.platform}-${process.arch} in node_modules: run npm ci.`);
}
