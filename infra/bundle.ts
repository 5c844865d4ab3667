import { existsSync, globSync, mkdirSync, symlinkSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { writeApiRootFiles } from './api-root-files.ts';
import { bundleOf } from './constructs/workflow-function.ts';
import { deploymentBinding } from './deployment-binding.ts';

const root = join(import.meta.dirname, '..');
const packages = join(root, 'node_modules');

/** Files that a bundle needs beside its code, by bundle. */
const extraFiles: Record<string, (directory: string) => void> = { 'api-root/api': writeApiRootFiles };

/**
 * Bundles every `functions/<workflow>/<name>.handler.ts` in one pass, into `<workflow>/<name>/index.mjs` under
 * `directory`. `forDeployment` takes the native packages that AWS needs instead of this machine's; throws if
 * `npm run deploy` has not fetched them.
 */
export async function bundleHandlers(directory: string, { forDeployment }: { forDeployment: boolean }): Promise<void> {
  const binding = forDeployment ? bindingForLambda() : bindingForThisMachine();
  const entries = globSync('functions/**/*.handler.ts', { cwd: root }).sort();
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: entries.map((entry) => ({ in: entry, out: join(bundleOf(relative('functions', entry)), 'index') })),
    outdir: directory,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // The ES modules of a package first: unused parts of them fall away.
    mainFields: ['module', 'main'],
    // CommonJS packages in the bundle still ask for Node's own modules with `require`.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    external: ['@duckdb/*'],
    legalComments: 'none',
    metafile: true,
    logLevel: 'error',
  });
  for (const [file, output] of Object.entries(metafile.outputs)) {
    if (importsDuckdb(output)) linkDuckdb(dirname(join(root, file)), binding);
  }
  for (const [bundle, write] of Object.entries(extraFiles)) {
    if (existsSync(join(directory, bundle))) write(join(directory, bundle));
  }
}

const importsDuckdb = (output: Metafile['outputs'][string]) =>
  output.imports.some(({ path, external }) => external && path.startsWith('@duckdb/'));

/** DuckDB is native code: it comes as the packages that npm installed, not bundled. */
function linkDuckdb(bundle: string, binding: string): void {
  const linked = [join(packages, '@duckdb/node-api'), join(packages, '@duckdb/node-bindings'), binding];
  mkdirSync(join(bundle, 'node_modules/@duckdb'), { recursive: true });
  for (const path of linked) symlinkSync(path, join(bundle, 'node_modules/@duckdb', basename(path)));
}

/** npm installs the binding of the machine it runs on only. */
function bindingForThisMachine(): string {
  const [found] = globSync(`@duckdb/node-bindings-${process.platform}-${process.arch}*`, { cwd: packages });
  if (found) return join(packages, found);
  throw new Error(`DuckDB has no binding for ${process.platform}-${process.arch} in node_modules: run npm ci.`);
}

/** Our functions run on linux-arm64. */
function bindingForLambda(): string {
  const path = deploymentBinding();
  if (existsSync(path)) return path;
  throw new Error(
    "DuckDB's binding for linux-arm64 is not on this machine: deploy with npm run deploy, which gets it.",
  );
}
