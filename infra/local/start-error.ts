/** What a starter may add advice to. */
type StartErrorCode = 'port-in-use' | 'other-state-version' | 'no-assembly';

/** A reason why the engine cannot start which a person can act on: one sentence, to be printed without a stack. */
export class StartError extends Error {
  readonly code: StartErrorCode | undefined;

  constructor(message: string, code?: StartErrorCode) {
    super(message);
    this.code = code;
  }
}
