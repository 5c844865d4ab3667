import { existsSync, statSync } from 'node:fs';
import { resolve as resolvePath } from 'node:path';
import * as z from 'zod';
import { type Assets, type RawStack, readAssembly } from './assembly.ts';
import { holds, noValue, resolve, type Scope, Unresolvable } from './intrinsics.ts';
import { accountId, type Endpoints, identify, type Identity, region } from './physical-names.ts';
import { StartError } from '../start-error.ts';

/** A resource of the synthesised template with resolved intrinsic functions. */
export type Resource = {
  logicalId: string;
  stack: string;
  type: string;
  properties: Record<string, unknown>;
  metadata: Record<string, unknown>;
  /** Value of `Ref`. */
  ref: string;
  /** Value of `Fn::GetAtt … Arn`; empty for a type without an ARN. */
  arn: string;
  /** Physical name, such as the table's or function's. */
  name: string;
};

/** All stacks of one `cdk.out`, in dependency order. */
export type Template = {
  region: string;
  accountId: string;
  /** Directory of the cloud assembly. */
  directory: string;
  resources: Resource[];
  ofType: (type: string) => Resource[];
  /** Directory of a function's unpacked asset, from its `Code`. */
  assetDirectory: (code: unknown) => string;
  /** Outputs by stack and key, as `cdk deploy --outputs-file` writes them. Throws StartError as `loadTemplate` does. */
  outputs: () => Outputs;
};

type Outputs = Record<string, Record<string, string>>;

/**
 * Loads the cloud assembly in `directory` for the engine's account and region. Omits resources whose condition is
 * false. Throws StartError with stack, logical id and path of a value that it cannot resolve.
 */
export function loadTemplate(directory: string, endpoints: Endpoints): Template {
  const { stacks, assets } = readAssembly(directory);
  const others: OtherStacks = {
    imported: (exportName) => findExport(exportName),
    stackOutput: (stack, output) => outputOf(opened, stack, output),
  };
  const opened: Opened[] = stacks.map((stack) => openStack(stack, endpoints, others));
  const findExport = exportsOf(opened);
  const found = opened.flatMap((stack) => stack.resources());
  const localise = localiserOf(found, endpoints);
  const resources = withProperties(found, localise);

  const byType = Map.groupBy(resources, ({ type }) => type);
  return {
    region,
    accountId,
    directory: resolvePath(directory),
    resources,
    ofType: (type) => byType.get(type) ?? [],
    assetDirectory: (code) => assetDirectory(code, assets),
    outputs: () =>
      Object.fromEntries(opened.map((stack) => [stack.name, localise(stack.outputs()) as Outputs[string]])),
  };
}

const withProperties = (resources: Resource[], convert: (value: unknown) => unknown): Resource[] =>
  resources.map((resource) => ({ ...resource, properties: convert(resource.properties) as Record<string, unknown> }));

type Opened = {
  name: string;
  template: RawStack['template'];
  scope: Scope;
  resources: () => Resource[];
  outputs: () => Record<string, string>;
};

type OtherStacks = Pick<Scope, 'imported' | 'stackOutput'>;

/** Opens one stack. Values are resolved on demand: a reference needs only the name of the other resource. */
function openStack({ name: stack, template }: RawStack, endpoints: Endpoints, others: OtherStacks): Opened {
  const identities = new Map<string, Identity | 'in progress'>();
  const pseudo: Record<string, unknown> = {
    'AWS::Region': region,
    'AWS::AccountId': accountId,
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::StackName': stack,
    'AWS::StackId': `arn:aws:cloudformation:${region}:${accountId}:stack/${stack}/local`,
    'AWS::NoValue': noValue,
  };
  const at = (logicalId: string) => `${stack}/${logicalId}`;

  const identityOf = (logicalId: string): Identity => {
    const known = identities.get(logicalId);
    if (known === 'in progress') throw new Unresolvable(`the name of ${logicalId} depends on itself`);
    if (known) return known;
    const raw = Object.hasOwn(template.Resources, logicalId) ? template.Resources[logicalId] : undefined;
    if (!raw) throw new Unresolvable(`${stack} has no resource or parameter ${logicalId}`);
    if (raw.Condition && !holds(raw.Condition, scope, at(logicalId))) {
      throw new Unresolvable(`${logicalId} does not exist, because its condition ${raw.Condition} is false`);
    }
    identities.set(logicalId, 'in progress');
    const property = (...path: string[]) => {
      const value = path.reduce<unknown>(
        (object, key) => (object as Record<string, unknown> | undefined)?.[key],
        raw.Properties,
      );
      if (value === undefined) return undefined;
      const where = `${at(logicalId)}, Properties.${path.join('.')}`;
      const resolved = resolve(value, scope, where);
      if (resolved === noValue) return undefined;
      if (typeof resolved === 'string') return resolved;
      if (typeof resolved === 'number' || typeof resolved === 'boolean') return `${resolved}`;
      throw new StartError(`${where}: must be text.`);
    };
    const identity = identify(raw.Type, { stack, logicalId, endpoints, property });
    identities.set(logicalId, identity);
    return identity;
  };

  const scope: Scope = {
    reference: (name) => {
      if (Object.hasOwn(pseudo, name)) return pseudo[name];
      const parameter = Object.hasOwn(template.Parameters, name) ? template.Parameters[name] : undefined;
      return parameter ? parameterValue(name, parameter) : identityOf(name).ref;
    },
    attribute: (logicalId, attribute) => {
      const { attributes } = identityOf(logicalId);
      if (Object.hasOwn(attributes, attribute)) return attributes[attribute];
      const type = template.Resources[logicalId]?.Type;
      throw new Unresolvable(`the local engine does not support ${attribute} of ${logicalId} (${type})`);
    },
    ...others,
    mappings: template.Mappings,
    conditions: template.Conditions,
  };

  const resources = () => {
    if (template.Transform)
      throw new StartError(`${stack}: the local engine does not support template macros (Transform).`);
    return Object.entries(template.Resources).flatMap(([logicalId, raw]): Resource[] => {
      if (raw.Condition && !holds(raw.Condition, scope, at(logicalId))) return [];
      const { name, ref, arn } = identityOf(logicalId);
      const properties = resolve(raw.Properties, scope, `${at(logicalId)}, Properties`) as Record<string, unknown>;
      return [{ logicalId, stack, type: raw.Type, properties, metadata: raw.Metadata, ref, arn, name }];
    });
  };
  const outputs = () =>
    Object.fromEntries(
      Object.entries(template.Outputs).flatMap(([key, { Condition: condition, Value: value }]) => {
        const where = `${at(key)}, Outputs`;
        return condition && !holds(condition, scope, where) ? [] : [[key, String(resolve(value, scope, where))]];
      }),
    );
  return { name: stack, template, scope, resources, outputs };
}

function parameterValue(
  name: string,
  { Type: type, Default: value }: RawStack['template']['Parameters'][string],
): unknown {
  if (type.startsWith('AWS::SSM::'))
    throw new Unresolvable(`parameter ${name} is an SSM parameter, which the local engine does not support`);
  if (value === undefined) throw new Unresolvable(`parameter ${name} has no default`);
  return type === 'CommaDelimitedList' || type.startsWith('List<') ? String(value).split(',') : String(value);
}

function outputOf(stacks: Opened[], name: string, key: string): unknown {
  const stack = stacks.find((opened) => opened.name === name);
  const output = stack?.template.Outputs[key];
  if (!stack || !output) throw new Unresolvable(`no stack ${name} has an output ${key}`);
  return resolve(output.Value, stack.scope, `${name}, Outputs.${key}`);
}

/** Finds the value of an export by name. Export names are resolved once, at the first lookup. */
function exportsOf(stacks: Opened[]): Scope['imported'] {
  let known: Map<unknown, () => unknown> | undefined;
  const collect = () =>
    new Map(
      stacks.flatMap(({ name: stack, template, scope }) =>
        Object.entries(template.Outputs).flatMap(([id, output]): [unknown, () => unknown][] => {
          if (!output.Export) return [];
          const at = `${stack}, Outputs.${id}`;
          return [[resolve(output.Export.Name, scope, at), () => resolve(output.Value, scope, at)]];
        }),
      ),
    );
  return (exportName) => {
    known ??= collect();
    const value = known.get(exportName);
    if (!value) throw new Unresolvable(`no stack exports ${exportName}`);
    return value();
  };
}

/**
 * Returns a function that replaces addresses which the CDK composes itself (`HttpApi.url`, the issuer of
 * `HttpUserPoolAuthorizer`) by local ones. `Ref` and `Fn::GetAtt` return local addresses already.
 */
function localiserOf(resources: Resource[], { apiUrl, issuer }: Endpoints): (value: unknown) => unknown {
  const addresses = resources.flatMap(({ type, ref }): [string, string][] => {
    if (type === 'AWS::ApiGatewayV2::Api') return [[`https://${ref}.execute-api.${region}.amazonaws.com`, apiUrl]];
    if (type === 'AWS::Cognito::UserPoolDomain') {
      return [[`https://${ref}.auth.${region}.amazoncognito.com`, issuer]];
    }
    if (type === 'AWS::Cognito::UserPool') return [[`https://cognito-idp.${region}.amazonaws.com/${ref}`, issuer]];
    return [];
  });
  const convert = (value: unknown): unknown => {
    if (typeof value === 'string')
      return addresses.reduce((text, [remote, local]) => text.replaceAll(remote, local), value);
    if (Array.isArray(value)) return value.map(convert);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, convert(item)]));
  };
  return convert;
}

const FileCode = z.object({ S3Key: z.string() });

function assetDirectory(code: unknown, assets: Assets): string {
  const parsed = FileCode.safeParse(code);
  if (!parsed.success)
    throw new StartError('The local engine does not support inline code and container images; use Code.fromAsset.');
  const asset = assets.get(parsed.data.S3Key);
  if (!asset) throw new StartError(`No asset manifest of the cloud assembly names ${parsed.data.S3Key}.`);
  if (asset.packaging !== 'zip' || !existsSync(asset.path) || !statSync(asset.path).isDirectory()) {
    throw new StartError(`The asset ${asset.path} is not a directory; use Code.fromAsset with one.`);
  }
  return asset.path;
}
