import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AwsCall } from '../../../infra/local/gateway/aws-call.ts';
import { openState } from '../../../infra/local/state.ts';
import type { Resource, Template } from '../../../infra/local/template/template.ts';

/** A resource of a template; its identities derive from the name. */
export const resource = (type: string, name: string, properties: Record<string, unknown>, arn = name): Resource => ({
  logicalId: name.replaceAll(/\W/g, ''),
  stack: 'Test',
  type,
  properties,
  metadata: {},
  ref: name,
  arn,
  name,
});

export const templateOf = (resources: Resource[]): Template => ({
  region: 'eu-west-1',
  accountId: '000000000000',
  directory: '/nowhere',
  resources,
  ofType: (type) => resources.filter((each) => each.type === type),
  assetDirectory: () => '/nowhere',
  outputs: () => ({}),
});

/** A context with its own state; `reopened` opens the same state again, as after a restart. */
export function localContext(resources: Resource[], directory = mkdtempSync(join(tmpdir(), 'local-'))) {
  const logged: string[] = [];
  const state = openState(directory);
  return {
    context: { template: templateOf(resources), state, now: Date.now, log: (line: string) => logged.push(line) },
    logged,
    reopened: (changed = resources) => {
      state.close();
      return localContext(changed, directory);
    },
    remove: () => {
      state.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** A call from the gateway. */
export const callOf = (changes: Partial<AwsCall>): AwsCall => ({
  service: 'dynamodb',
  operation: '',
  method: 'POST',
  path: '/',
  query: new URLSearchParams(),
  headers: {},
  body: Buffer.alloc(0),
  ...changes,
});
