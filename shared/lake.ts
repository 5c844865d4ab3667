/** Where the lake keeps the events of a business day, each as one line of a gzip NDJSON file. */
export const lakePrefix = (day: string) => `events/dt=${day}/`;

/** Key of one file of a day's events. */
export const lakeKey = (day: string, name: string) => `${lakePrefix(day)}${name}.ndjson.gz`;

/** Under which the lake notes the days of which something came on this day, when their reports had been made. */
export const latePrefix = (cameOn: string) => `late/on=${cameOn}/dt=`;

/** Key of such a note, an empty object. */
export const lateKey = (cameOn: string, day: string) => `${latePrefix(cameOn)}${day}`;
