import * as z from 'zod';
import { jsonPath } from './json-path.ts';
import { StartError } from '../start-error.ts';

/** Input of a target: at most one of the three, otherwise the event itself. */
export const TargetInput = z.object({
  Input: z.string().optional(),
  InputPath: z.string().optional(),
  InputTransformer: z
    .strictObject({ InputPathsMap: z.record(z.string(), z.string()).optional(), InputTemplate: z.string() })
    .optional(),
});
type TargetInput = z.infer<typeof TargetInput>;

/** Values of the predefined variables. */
type Sender = { ruleArn: string; ruleName: string; ingestionTime: string };

/** Returns a target's payload for an event, as JSON text. */
export type MakeInput = (event: Record<string, unknown>, sender: Sender) => string;

type Variables = (name: string) => unknown;

const placeholder = /<([\w.-]+)>/g;
const reserved = new Set([
  'aws.events.rule-arn',
  'aws.events.rule-name',
  'aws.events.event.ingestion-time',
  'aws.events.event.json',
  'aws.events.event',
]);

/**
 * Compiles a target's input properties. Throws StartError for an invalid path or variable.
 * Source: EventBridge user guide, "Input transformation".
 */
export function inputMaker(target: TargetInput): MakeInput {
  const { Input: constant, InputPath: path, InputTransformer: transformer } = target;
  if ([constant, path, transformer].filter((way) => way !== undefined).length > 1) {
    throw new StartError('A target can have only one of Input, InputPath and InputTransformer.');
  }
  if (constant !== undefined) return () => constant;
  if (path !== undefined) {
    const read = jsonPath(path);
    return (event) => JSON.stringify(read(event) ?? null);
  }
  if (!transformer) return (event) => JSON.stringify(event);
  return transform(transformer.InputTemplate, transformer.InputPathsMap ?? {});
}

function transform(template: string, pathsMap: Record<string, string>): MakeInput {
  const paths = new Map(Object.entries(pathsMap).map(([name, path]) => [name, jsonPath(path)]));
  if (paths.size > 100) throw new StartError('An input transformer can have at most 100 variables.');
  for (const name of paths.keys()) {
    if (name.startsWith('aws.')) throw new StartError(`The variable name ${name} is reserved.`);
  }
  for (const [, name = ''] of template.matchAll(placeholder)) {
    if (!paths.has(name) && !reserved.has(name)) {
      throw new StartError(`The input template uses <${name}>, which its InputPathsMap does not define.`);
    }
  }
  return (event, sender) => {
    const { detail: _, ...withoutDetail } = event;
    const predefined = new Map<string, unknown>([
      ['aws.events.rule-arn', sender.ruleArn],
      ['aws.events.rule-name', sender.ruleName],
      ['aws.events.event.ingestion-time', sender.ingestionTime],
      ['aws.events.event.json', event],
      ['aws.events.event', withoutDetail],
    ]);
    return fill(template, (name) => (predefined.has(name) ? predefined.get(name) : paths.get(name)?.(event)));
  };
}

/** Replaces placeholders: by JSON outside quotes, by plain text inside a quoted string. */
function fill(template: string, variables: Variables): string {
  let text = '';
  let from = 0;
  let inString = false;
  for (const found of template.matchAll(placeholder)) {
    const before = template.slice(from, found.index);
    inString = endsInString(before, inString);
    const value = variables(found[1] ?? '');
    text += before + (inString ? bare(value) : JSON.stringify(value ?? ''));
    from = found.index + found[0].length;
  }
  return text + template.slice(from);
}

/** A value inside quotes: escaped text, an object without its quotes, or empty text for a missing value. */
function bare(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return JSON.stringify(value).slice(1, -1);
  return JSON.stringify(value).replaceAll(/\\.|"/g, '');
}

function endsInString(text: string, startsInString: boolean): boolean {
  let inString = startsInString;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '"') inString = !inString;
  }
  return inString;
}
