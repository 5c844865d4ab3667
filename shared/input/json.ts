import { type FieldError, pointerOf } from '../contracts/problem.ts';

/** A text in JSON that is no text (half a surrogate pair, a control character), or the member name `__proto__`. */
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
const suspect = /\\(?:[bf]|u(?:00[01]|005[fF]|[dD][89a-fA-F]))|__proto__/;
const maxErrors = 100;

/** Parsers drop this member, since assigning it changes the prototype of an object; so it is refused. */
const nameProblem = (name: string) => (name === '__proto__' ? 'The name __proto__ cannot be used' : textProblem(name));

/** What is wrong with a text from outside; undefined if nothing is. */
export function textProblem(text: string): string | undefined {
  if (!text.isWellFormed()) return 'The text has half a surrogate pair, which is no character';
  if (controlCharacter.test(text)) return 'The text has a control character other than tab and line end';
  return undefined;
}

/**
 * Parses JSON from outside. Throws a SyntaxError, or a MalformedTextError with the pointers of the texts and names at any
 * depth that are not well-formed, and of members named `__proto__`.
 */
export function readJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  if (!suspect.test(text) && text.isWellFormed()) return value;
  const errors = textErrors(value);
  if (errors.length > 0) throw new MalformedTextError(errors);
  return value;
}

/** One entry per text or name in a JSON value that is not well-formed; the first hundred. */
export function textErrors(value: unknown): FieldError[] {
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
      const detail = nameProblem(name);
      if (detail === undefined) pending.push({ value: member, pointer: at });
      else errors.push({ pointer: at, detail });
    }
  }
  return errors;
}
