import { createCursors } from '../../shared/dynamodb/cursor.ts';

export const cursors = createCursors(async () => 'secret of the tests');
