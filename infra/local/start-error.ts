/** Causes for which the caller may add advice. */
type StartErrorCode = 'port-in-use' | 'incompatible-state' | 'no-assembly';

/** A reason why the engine cannot start which a person can act on: one sentence, to be printed without a stack. */
export class StartError extends Error {
  readonly code: StartErrorCode | undefined;

  constructor(message: string, code?: StartErrorCode) {
    super(message);
    this.code = code;
  }
}
