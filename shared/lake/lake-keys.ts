/** Prefix of the folders of all business days. */
export const lakeDaysPrefix = 'events/dt=';

/** Prefix of the lake files of a business day: gzip NDJSON, one event per line. */
export const lakePrefix = (day: string) => `${lakeDaysPrefix}${day}/`;

/** Key of one file of a day's events. */
export const lakeKey = (day: string, name: string) => `${lakePrefix(day)}${name}.ndjson.gz`;

/** Prefix of the late arrivals of all days. */
export const lateArrivalsPrefix = 'late/on=';

/** Prefix of the late arrivals of a day: earlier days that received events on it, after their own reports. */
export const lateArrivalPrefix = (arrivalDay: string) => `${lateArrivalsPrefix}${arrivalDay}/dt=`;

/** Key of a late arrival, an empty object. */
export const lateArrivalKey = (arrivalDay: string, day: string) => `${lateArrivalPrefix(arrivalDay)}${day}`;
