import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { deploymentContext, fetchDeploymentBinding } from './deployment-binding.ts';

/**
 * `npm run deploy -- …`: all stacks to the account of the current AWS credentials. What follows `--` goes to
 * `cdk deploy`, such as `-c alarmEmail=you@example.com` or `--require-approval never`. The account and region must have
 * been prepared once with `npx cdk bootstrap`.
 */
const root = join(import.meta.dirname, '..');

console.error('Getting what only Lambda needs…');
fetchDeploymentBinding();
const { status, error } = spawnSync(
  process.execPath,
  [
    join(root, 'node_modules/aws-cdk/bin/cdk'),
    'deploy',
    '--all',
    '-c',
    `${deploymentContext}=true`,
    ...process.argv.slice(2),
  ],
  { cwd: root, stdio: 'inherit' },
);
if (error) throw error;
process.exitCode = status ?? 1;
