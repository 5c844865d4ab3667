/** The file of public holidays, which the build writes beside the function that reads it: names by day. */
export const holidayFile = 'holidays.json';
