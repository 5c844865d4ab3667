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

/** A function whose handler is `code`, an ES module's text, with the properties that matter to the test. */
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

/** A context over resolved resources, as the template loader would give them, with state in a directory of its own. */
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
    /** What the developer was told. */
    lines,
    /** Milliseconds that the engine's clock is ahead of the real one. */
    clock,
    close: () => {
      state.close();
      rmSync(directory, { recursive: true, force: true });
    },
    /** Leaves the files, as a killed engine does. */
    leave: () => state.close(),
  };
}
