import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LocalContext } from '../../../infra/local/context.ts';
import { openState } from '../../../infra/local/state.ts';
import type { Resource, Template } from '../../../infra/local/template/template.ts';

export type SmallResource = {
  id: string;
  type: string;
  properties: Record<string, unknown>;
  ref?: string;
  arn?: string;
};

const functionArn = (name: string) => `arn:aws:lambda:eu-west-1:000000000000:function:${name}`;

/** A function with the ES module `code` as its handler. */
export const functionOf = (name: string, code: string, properties: Record<string, unknown> = {}): SmallResource => ({
  id: name,
  type: 'AWS::Lambda::Function',
  arn: functionArn(name),
  properties: {
    Code: { text: code },
    Handler: 'index.handler',
    Role: `arn:aws:iam::000000000000:role/${name}`,
    Runtime: 'nodejs24.x',
    ...properties,
  },
});

/** A context with resolved resources and its own state directory. */
export function smallContext(resources: SmallResource[], { directory = mkdtempSync(join(tmpdir(), 'engine-')) } = {}) {
  const all: Resource[] = resources.map(({ id, type, properties, ref = id, arn = '' }) => ({
    logicalId: id,
    stack: 'Test',
    type,
    properties,
    metadata: {},
    ref,
    arn,
    name: id,
  }));
  let codes = 0;
  const template: Template = {
    region: 'eu-west-1',
    accountId: '000000000000',
    directory,
    resources: all,
    ofType: (type) => all.filter((resource) => resource.type === type),
    outputs: () => ({}),
    assetDirectory: (code) => {
      codes += 1;
      const path = join(directory, `code-${codes}`);
      mkdirSync(path, { recursive: true });
      writeFileSync(join(path, 'index.mjs'), (code as { text: string }).text);
      return path;
    },
  };
  const lines: string[] = [];
  const clock = { ahead: 0 };
  const state = openState(directory);
  const context: LocalContext = {
    template,
    state,
    now: () => Date.now() + clock.ahead,
    log: (line) => lines.push(line),
  };
  return {
    context,
    directory,
    /** Logged lines. */
    lines,
    /** Offset of the engine's clock in milliseconds. */
    clock,
    close: () => {
      state.close();
      rmSync(directory, { recursive: true, force: true });
    },
    /** Closes the state and keeps the files, as after a kill. */
    leave: () => state.close(),
  };
}
