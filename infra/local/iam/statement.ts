import * as z from 'zod';
import { type Conditions, openConditions, readsItems } from './condition.ts';
import { glob } from './pattern.ts';
import { StartError } from '../start-error.ts';

/** A compiled policy statement. */
export type Statement = {
  effect: 'Allow' | 'Deny';
  /** Whether its action, resource and principal match. */
  matches: (request: { action: string; resource: string; principal?: string }) => boolean;
  /** Evaluates its conditions. */
  holds: Conditions;
  /** Whether its conditions depend on the items of a request. */
  readsItems: boolean;
};

const Texts = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat());

const Common = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.enum(['Allow', 'Deny']),
  Action: Texts.optional(),
  NotAction: Texts.optional(),
  Condition: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
});
const IdentityStatement = Common.extend({ Resource: Texts.optional(), NotResource: Texts.optional() });
const TrustStatement = Common.extend({
  Principal: z.union([z.literal('*'), z.strictObject({ Service: Texts, AWS: Texts, Federated: Texts }).partial()]),
});

/** `strictObject` refuses unsupported elements. */
const documentOf = <S extends z.ZodType>(statement: S) =>
  z.strictObject({
    Version: z.literal('2012-10-17').optional(),
    Id: z.string().optional(),
    Statement: z.preprocess((written) => [written].flat(), z.array(statement)),
  });
const schemas = { identity: documentOf(IdentityStatement), trust: documentOf(TrustStatement) };

/**
 * Compiles a policy document of a role: an identity policy or the trust policy. Throws StartError with `at` for an
 * unsupported element.
 */
export function openDocument(document: unknown, kind: 'identity' | 'trust', at: string): Statement[] {
  const parsed = schemas[kind].safeParse(document);
  if (!parsed.success) {
    throw new StartError(`${at}: the engine does not support this policy: ${z.prettifyError(parsed.error)}`);
  }
  return parsed.data.Statement.map((statement) => openStatement(statement, at));
}

type RawStatement = z.infer<typeof IdentityStatement> | z.infer<typeof TrustStatement>;

function openStatement(raw: RawStatement, at: string): Statement {
  const actions = eitherOr(raw.Action, raw.NotAction, 'Action', at, 'i');
  const resources =
    'Principal' in raw
      ? () => true
      : eitherOr(
          'Resource' in raw ? raw.Resource : undefined,
          'NotResource' in raw ? raw.NotResource : undefined,
          'Resource',
          at,
        );
  const services = 'Principal' in raw && raw.Principal !== '*' ? (raw.Principal.Service ?? []) : undefined;
  const principals = (principal: string | undefined) =>
    services === undefined || (principal !== undefined && services.includes(principal));
  return {
    effect: raw.Effect,
    matches: ({ action, resource, principal }) => principals(principal) && actions(action) && resources(resource),
    holds: openConditions(raw.Condition, at),
    readsItems: readsItems(raw.Condition),
  };
}

/** `X` matches if one of its patterns matches, `NotX` if none does; a statement has exactly one of them. */
function eitherOr(
  patterns: string[] | undefined,
  notPatterns: string[] | undefined,
  element: string,
  at: string,
  flags = '',
): (value: string) => boolean {
  const listed = patterns ?? notPatterns;
  if (!listed || (patterns && notPatterns)) {
    throw new StartError(`${at}: a policy statement must have either ${element} or Not${element}.`);
  }
  const matchers = listed.map((pattern) => glob(pattern, at, flags));
  const matchesOne = (value: string) => matchers.some((matcher) => matcher.test(value));
  return patterns ? matchesOne : (value) => !matchesOne(value);
}
