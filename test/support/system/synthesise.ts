import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

const root = join(import.meta.dirname, '../../..');

declare module 'vitest' {
  // eslint-disable-next-line typescript/consistent-type-definitions -- vitest is extended by merging its interface
  interface ProvidedContext {
    cdkOut: string;
  }
}

/** Synthesises the app once for all tests. They run the same template that is deployed. */
export function setup(project: TestProject): void {
  const cdkOut = join(root, 'cdk.out/test');
  execFileSync(process.execPath, ['infra/app.ts'], {
    cwd: root,
    env: { ...process.env, CDK_OUTDIR: cdkOut },
    stdio: 'inherit',
  });
  project.provide('cdkOut', cdkOut);
}
