import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Everything that the app reads. What npm installed is in `.package-lock.json`. */
const inputs = [
  'functions/**/*.ts',
  'shared/**/*.ts',
  'infra/**/*.ts',
  'cdk.json',
  'package.json',
  'package-lock.json',
  'node_modules/.package-lock.json',
  'tsconfig.json',
];
/** Of unused assemblies, this many stay: each has a copy of DuckDB, about 70 MB. */
const keptAssemblies = 6;

type Options = {
  /** Directory of the checkout. */
  root: string;
  /** Directory of the assemblies. @default cdk.out/assemblies of the checkout */
  folder?: string | undefined;
  log?: (line: string) => void;
};

/**
 * Directory of the cloud assembly of a checkout, bundled for this machine. Reuses the last assembly of the same content:
 * sources, lock file, settings, Node version and platform. Readers must not write to it.
 */
export async function assemble({ root, folder = join(root, 'cdk.out/assemblies'), log = () => {} }: Options) {
  const hash = contentHash(root);
  const directory = join(folder, hash);
  if (existsSync(directory)) {
    log('No source changed since the last start: reusing its bundles.');
    const now = new Date();
    utimesSync(directory, now, now);
    return directory;
  }
  log('Sources changed: bundling the functions and synthesising the stacks. This takes about 10 seconds…');
  const unfinished = `${directory}.${process.pid}`;
  await synthesiseInto(unfinished, root);
  removeOldest(folder);
  // Sources that changed meanwhile: the assembly may be of either content, so no later start may find it.
  if (contentHash(root) !== hash) return unfinished;
  moveUnlessExists(unfinished, directory);
  return directory;
}

/** Synthesises the app of a checkout into a directory. */
export const synthesiseInto = (directory: string, root: string) =>
  promisify(execFile)(process.execPath, ['infra/app.ts'], {
    cwd: root,
    env: { ...process.env, CDK_OUTDIR: directory },
  });

function contentHash(root: string): string {
  const hash = createHash('sha256').update(`${process.version} ${process.platform} ${process.arch}`);
  const files = globSync(inputs, { cwd: root, exclude: ['infra/local', '**/node_modules/*/**'] });
  for (const file of files.map((path) => path.replaceAll('\\', '/')).sort()) {
    const content = createHash('sha256')
      .update(readFileSync(join(root, file)))
      .digest();
    hash.update(`\n${file} `).update(content);
  }
  return hash.digest('hex').slice(0, 32);
}

/** Another process may have finished the same assembly. */
function moveUnlessExists(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!existsSync(to)) throw error;
    rmSync(from, { recursive: true });
  }
}

/** Time stamps decide only which assemblies are removed. */
function removeOldest(folder: string): void {
  const usedAt = (name: string) => statSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const newestFirst = globSync('*', { cwd: folder }).sort((a, b) => usedAt(b) - usedAt(a));
  for (const name of newestFirst.slice(keptAssemblies)) rmSync(join(folder, name), { recursive: true, force: true });
}
