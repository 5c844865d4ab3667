import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { median } from '../numbers.ts';

/** Median milliseconds to import each module in a new process. Runs alternate, so that noise affects all modules equally. */
export function coldImports(modules: Record<string, { file: string; env?: Record<string, string> }>, runs: number) {
  const times = new Map(Object.keys(modules).map((name) => [name, [] as number[]]));
  for (let run = 0; run < runs; run += 1) {
    for (const [name, { file, env = {} }] of Object.entries(modules)) times.get(name)?.push(importOnce(file, env));
  }
  return new Map([...times].map(([name, own]) => [name, median(own)]));
}

function importOnce(file: string, env: Record<string, string>): number {
  const script = `const start = performance.now(); await import(${JSON.stringify(file)}); console.log(performance.now() - start)`;
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    env: { PATH: process.env.PATH, AWS_REGION: 'eu-west-1', ...env },
    encoding: 'utf8',
  });
  return Number(output.trim().split('\n').at(-1));
}

/** The floor: a bundle that only creates a DynamoDB client. */
export function bareClientBundle(): string {
  const directory = mkdtempSync(join(tmpdir(), 'storeworks-bare-'));
  const entry = join(directory, 'entry.ts');
  const outfile = join(directory, 'index.mjs');
  writeFileSync(
    entry,
    "import { DynamoDBClient } from '@aws-sdk/client-dynamodb';\nexport const client = new DynamoDBClient();\n",
  );
  buildSync({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    nodePaths: [join(import.meta.dirname, '../../../node_modules')],
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    logLevel: 'error',
  });
  return outfile;
}
