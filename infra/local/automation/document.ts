import * as z from 'zod';
import type { Support } from '../context.ts';
import type { Resource, Template } from '../template/template.ts';
import { parseProperties, refusal } from '../template/template-properties.ts';

/** Inert: where a document is shown, and how it is updated. */
export const supports: Support = {
  'AWS::SSM::Document': {
    effective: ['Content', 'DocumentFormat', 'DocumentType', 'Name'],
    inert: ['TargetType', 'UpdateMethod', 'VersionName'],
  },
};

const Parameter = z.strictObject({
  type: z.enum(['String', 'Boolean', 'Integer', 'StringList'], 'the local engine supports text, booleans and integers'),
  description: z.string().optional(),
  allowedPattern: z.string().optional(),
  allowedValues: z.array(z.string()).optional(),
  default: z.union([z.string(), z.boolean(), z.number(), z.array(z.string())]).optional(),
});

const StepFields = {
  name: z.string().regex(/^[A-Za-z0-9_]{3,128}$/),
  description: z.string().optional(),
  timeoutSeconds: z.int().positive().optional(),
  /** A step that fails ends the execution. */
  onFailure: z.literal('Abort', 'the local engine supports Abort only').default('Abort'),
  isEnd: z.boolean().optional(),
};

const ApproveStep = z.strictObject({
  ...StepFields,
  action: z.literal('aws:approve'),
  inputs: z.strictObject({
    Message: z.string().optional(),
    MinRequiredApprovals: z.int().min(1).default(1),
    Approvers: z.array(z.string()).min(1).max(10),
  }),
});

const InvokeStep = z.strictObject({
  ...StepFields,
  action: z.literal('aws:invokeLambdaFunction'),
  maxAttempts: z.literal(1, 'the local engine makes one attempt').optional(),
  inputs: z.strictObject({
    FunctionName: z.string(),
    InvocationType: z.literal('RequestResponse').default('RequestResponse'),
    Payload: z.string().default('{}'),
  }),
});

const Content = z.strictObject({
  schemaVersion: z.literal('0.3'),
  description: z.string().default(''),
  assumeRole: z.string(),
  parameters: z.record(z.string(), Parameter).default({}),
  mainSteps: z.array(z.discriminatedUnion('action', [ApproveStep, InvokeStep])).min(1),
  outputs: z.array(z.string()).default([]),
});

const Properties = z.object({
  Content,
  DocumentType: z.literal('Automation', 'the local engine supports automation documents only'),
  DocumentFormat: z.literal('JSON').optional(),
});

export type Parameter = z.infer<typeof Parameter>;
export type ApproveStep = z.infer<typeof ApproveStep>;
export type InvokeStep = z.infer<typeof InvokeStep>;
export type AutomationDocument = z.infer<typeof Content> & { name: string };

/** The automation documents of the template. Throws StartError for an element or a step that the engine does not support. */
export const readDocuments = (template: Template): Map<string, AutomationDocument> =>
  new Map(template.ofType('AWS::SSM::Document').map((resource) => [resource.name, readDocument(resource)]));

function readDocument(resource: Resource): AutomationDocument {
  const { Content: content } = parseProperties(Properties, resource);
  const names = new Set(content.mainSteps.map(({ name }) => name));
  if (names.size < content.mainSteps.length) throw refusal(resource, 'two steps have one name');
  for (const { allowedPattern } of Object.values(content.parameters)) {
    if (allowedPattern !== undefined && !isPattern(allowedPattern))
      throw refusal(resource, `${allowedPattern} is no pattern`);
  }
  return { ...content, name: resource.name };
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text) instanceof RegExp;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

/** Why a value is no value of a parameter; undefined if it is one. */
export function parameterProblem(name: string, parameter: Parameter, value: string | undefined): string | undefined {
  const { type, allowedPattern, allowedValues } = parameter;
  if (value === undefined) return `${name} is required.`;
  if (type === 'Boolean' && value !== 'true' && value !== 'false') return `${name} must be true or false.`;
  if (type === 'Integer' && !/^-?\d{1,15}$/.test(value)) return `${name} must be a whole number.`;
  if (allowedValues && !allowedValues.includes(value)) return `${name} must be one of ${allowedValues.join(', ')}.`;
  if (allowedPattern !== undefined && !new RegExp(allowedPattern).test(value)) {
    return `${name} must match ${allowedPattern}.`;
  }
  return undefined;
}

/** Replaces `{{ automation:EXECUTION_ID }}`, other system variables, and parameters. Throws for another placeholder. */
export const filledIn = (text: string, variables: Readonly<Record<string, string>>): string =>
  text.replaceAll(/\{\{\s*([^{}\s]+)\s*\}\}/g, (placeholder, name: string) => {
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
    if (value === undefined) throw new Error(`The local engine does not know ${placeholder}.`);
    return value;
  });
