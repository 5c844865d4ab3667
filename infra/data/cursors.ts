import { SecretDefinition } from '../constructs/secret.ts';

/** The cursors of lists are encrypted with a key that derives from it. A new text makes the cursors of callers invalid. */
export const cursorSecret = new SecretDefinition('CursorSecret', 'CURSOR_SECRET_ARN', {
  description: 'The key of the cursors of lists derives from it',
});
