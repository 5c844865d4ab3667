import { type FieldError, pointerOf } from '../contracts/problem.ts';

/** A text in JSON that is not text: half a surrogate pair, or a control character. */
export class MalformedTextError extends Error {
  override readonly name = 'MalformedTextError';
  readonly errors: FieldError[];
  constructor(errors: FieldError[]) {
    super(`${errors[0]?.pointer}: ${errors[0]?.detail}`);
    this.errors = errors;
  }
}

// C0 without tab, line feed and carriage return: spreadsheets, XML and CSV files cannot contain them.
const controlCharacter = /(?![\t\n\r\u007f-\u009f])\p{Cc}/u;
// In JSON from valid UTF-8, only escapes result in such text. Most JSON has none of them and is not searched.
const suspectEscape = /\\(?:[bf]|u(?:00[01]|[dD][89a-fA-F]))/;
const maxErrors = 100;

/** What is wrong with a text from outside; undefined if nothing is. */
export function textProblem(text: string): string | undefined {
  if (!text.isWellFormed()) return 'The text has half a surrogate pair, which is no character';
  if (controlCharacter.test(text)) return 'The text has a control character other than tab and line end';
  return undefined;
}

/**
 * Parses JSON from outside. Throws a SyntaxError, or a MalformedTextError with the pointers of the texts and names at any
 * depth that are not well-formed.
 */
export function readJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  if (!suspectEscape.test(text) && text.isWellFormed()) return value;
  const errors = textErrors(value);
  if (errors.length > 0) throw new MalformedTextError(errors);
  return value;
}

/** One entry per text or name in a JSON value that is not well-formed; the first hundred. */
function textErrors(value: unknown): FieldError[] {
  const errors: FieldError[] = [];
  // A list instead of recursion: JSON from outside may be nested deeper than the stack.
  const pending: { value: unknown; pointer: string }[] = [{ value, pointer: '' }];
  for (let next = pending.pop(); next && errors.length < maxErrors; next = pending.pop()) {
    const { value: current, pointer } = next;
    if (typeof current === 'string') {
      const detail = textProblem(current);
      if (detail !== undefined) errors.push({ pointer, detail });
    }
    if (typeof current !== 'object' || current === null) continue;
    for (const [name, member] of Object.entries(current)) {
      const at = `${pointer}${pointerOf([name])}`;
      const detail = textProblem(name);
      if (detail === undefined) pending.push({ value: member, pointer: at });
      else errors.push({ pointer: at, detail });
    }
  }
  return errors;
}
