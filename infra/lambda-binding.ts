import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as z from 'zod';

const root = join(import.meta.dirname, '..');
const packageName = '@duckdb/node-bindings-linux-arm64';
const lockKey = `node_modules/${packageName}`;
const Lock = z.object({
  packages: z.object({ [lockKey]: z.object({ version: z.string(), integrity: z.string() }) }),
});

/**
 * Directory of DuckDB's binding for Lambda's processor, linux-arm64. Fetches it from the registry once, in the version
 * that the lock file pins. Needs npm and tar.
 */
export function fetchLambdaBinding(): string {
  const { version, integrity } = locked();
  const target = join(root, 'node_modules/.cache/storeworks', version, packageName);
  if (existsSync(target)) return target;
  mkdirSync(dirname(target), { recursive: true });
  const work = mkdtempSync(join(dirname(target), 'fetch-'));
  try {
    execFileSync('npm', ['pack', `${packageName}@${version}`, '--silent', '--pack-destination', work], { cwd: root });
    const [archive] = globSync('*.tgz', { cwd: work });
    if (!archive) throw new Error(`npm has no ${packageName}@${version}.`);
    const hash = createHash('sha512')
      .update(readFileSync(join(work, archive)))
      .digest('base64');
    if (`sha512-${hash}` !== integrity)
      throw new Error(`${packageName}@${version} is not what package-lock.json pins.`);
    execFileSync('tar', ['-xzf', archive], { cwd: work });
    renameSync(join(work, 'package'), target);
    return target;
  } finally {
    rmSync(work, { recursive: true });
  }
}

function locked() {
  const text = readFileSync(join(root, 'package-lock.json'), 'utf8');
  const { version, integrity } = Lock.parse(JSON.parse(text)).packages[lockKey] ?? {};
  if (!version || !integrity) throw new Error(`package-lock.json does not pin ${packageName}.`);
  return { version, integrity };
}
