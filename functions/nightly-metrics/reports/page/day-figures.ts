/** Rows of a day's reports that the page shows, in the order of the reports; the SKUs by sales, the highest first. */
export type DayFigures = {
  date: string;
  timeZone: string;
  /** Labels of the day's hours, 23 to 25. */
  hours: string[];
  totals: TotalRow[];
  /** Visits of each channel that has some; without a channel: of all. */
  visits: VisitRow[];
  /** The stock of each category, the highest first. */
  stock: StockRow[];
  byHour: SalesRow[];
  byCategory: SalesRow[];
  bySku: SalesRow[];
  /** What is unusual about the day, compared with earlier ones of its weekday. */
  findings: FindingRow[];
  /** How often lines are repeated is left out: the same events give the same page. */
  input: { events: number; quarantined: { reason: string; rows: number }[] };
};

/** Something unusual. Without a channel: of all channels. */
export type FindingRow = {
  reason: string;
  channel: string | null;
  currency: string | null;
  measure: string;
  found: bigint;
  median: bigint | null;
};

/** Sales of an hour, category or SKU in a currency. `rows` is how many the report has in that currency. */
export type SalesRow = {
  key: string | null;
  currency: string;
  orders: bigint;
  units: bigint;
  subtotalMinor: bigint;
  salesMinor: bigint;
  rows: bigint;
};

/** Visits of a channel in a currency, and the orders per 10,000 visits. */
export type VisitRow = {
  channel: string | null;
  currency: string;
  visits: bigint;
  orders: bigint;
  conversion: bigint | null;
};

export const stockMeasures = [
  'openingStock',
  'stockReceived',
  'costOfGoods',
  'writeOffs',
  'shrinkage',
  'closingStock',
] as const;
/** The value of the stock of a category in a currency. Rates are basis points. `rows` is how many there are. */
export type StockRow = Record<(typeof stockMeasures)[number] | 'rows', bigint> & {
  category: string | null;
  currency: string;
  stockTurnover: bigint | null;
  sellThrough: bigint | null;
};

export const totalMeasures = ['totalMinor', 'cancelledMinor', 'editedMinor', 'refundedMinor', 'netMinor'] as const;
/** Totals of a channel in a currency. */
export type TotalRow = Record<(typeof totalMeasures)[number] | 'orders' | 'units', bigint> & {
  channel: string | null;
  currency: string;
};
