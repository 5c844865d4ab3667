import { StartError } from '../start-error.ts';

/**
 * An IAM pattern as a regular expression: `*` is any text, `?` any character. Throws StartError for policy variables.
 */
export function glob(pattern: string, at: string, flags = ''): RegExp {
  if (pattern.includes('${')) throw new StartError(`${at}: the engine does not support policy variables (${pattern}).`);
  return new RegExp(`^${escapeText(pattern)}$`, `s${flags}`);
}

/**
 * An ARN pattern as of `ArnLike`: each of the six parts is matched separately.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
export function arnPattern(pattern: string, at: string): { test: (arn: string) => boolean } {
  if (pattern === '*') return { test: () => true };
  const parts = arnParts(pattern).map((part) => glob(part, at));
  return { test: (arn) => arnParts(arn).every((part, index) => parts[index]?.test(part) ?? false) };
}

/** The sixth part, the resource, may contain colons. */
function arnParts(arn: string): string[] {
  const parts = arn.split(':');
  return [...parts.slice(0, 5), parts.slice(5).join(':')];
}

const escapeText = (pattern: string) =>
  pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
