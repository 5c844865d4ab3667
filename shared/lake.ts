/** Where the lake keeps the events of a business day, each as one line of a gzip NDJSON file. */
export const lakePrefix = (day: string) => `events/dt=${day}/`;

/** Key of one file of a day's events. */
export const lakeKey = (day: string, name: string) => `${lakePrefix(day)}${name}.ndjson.gz`;
