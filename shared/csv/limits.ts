/** Characters of a row, line breaks in its cells included. */
export const maxRowLength = 65_536;
export const maxColumns = 200;
