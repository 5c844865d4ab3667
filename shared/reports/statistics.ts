/** Numbers of one group. */
export type Sample = { count: number; mean: number; variance: number };

/** Mean and variance with n − 1. Both are 0 where they are not defined. */
export function sampleOf(values: readonly number[]): Sample {
  const count = values.length;
  if (count === 0) return { count, mean: 0, variance: 0 };
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { count, mean, variance: count > 1 ? squares / (count - 1) : 0 };
}

/** A difference of means with its 95 % interval, and the smallest difference that it would have seen with 80 % power. */
export type Difference = { difference: number; from: number; to: number; degreesOfFreedom: number; detectable: number };

/** Quantile of the normal distribution for a power of 80 %. */
const z80 = 0.841621;

/**
 * The difference of two means by Welch's test, for groups of other sizes and variances; undefined with fewer than two
 * values in a group. Source: NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.5.3, two-sample t-test.
 */
export function welch(a: Sample, b: Sample): Difference | undefined {
  if (a.count < 2 || b.count < 2) return undefined;
  const [ofA, ofB] = [a.variance / a.count, b.variance / b.count];
  const error = Math.sqrt(ofA + ofB);
  const difference = a.mean - b.mean;
  if (error === 0) return { difference, from: difference, to: difference, degreesOfFreedom: Infinity, detectable: 0 };
  const degreesOfFreedom = (ofA + ofB) ** 2 / (ofA ** 2 / (a.count - 1) + ofB ** 2 / (b.count - 1));
  const t = studentQuantile(0.975, degreesOfFreedom);
  return {
    difference,
    from: difference - t * error,
    to: difference + t * error,
    degreesOfFreedom,
    detectable: (t + z80) * error,
  };
}

/** Quantile of Student's t for a probability above 0.5, by bisection of its distribution. */
export function studentQuantile(probability: number, degreesOfFreedom: number): number {
  let [low, high] = [0, 1];
  while (studentDistribution(high, degreesOfFreedom) < probability) high *= 2;
  for (let step = 0; step < 100; step += 1) {
    const middle = (low + high) / 2;
    if (studentDistribution(middle, degreesOfFreedom) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Distribution of Student's t for t >= 0 (Abramowitz and Stegun, 26.7.1). */
const studentDistribution = (t: number, nu: number): number => 1 - incompleteBeta(nu / (nu + t * t), nu / 2, 0.5) / 2;

/** The regularised incomplete beta function by its continued fraction (Numerical Recipes, 6.4). */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(1 - x));
  return x < (a + 1) / (a + b + 2) ? (front * fraction(x, a, b)) / a : 1 - (front * fraction(1 - x, b, a)) / b;
}

const tiny = 1e-300;
const awayFromZero = (value: number) => (Math.abs(value) < tiny ? tiny : value);
function fraction(x: number, a: number, b: number): number {
  let c = 1;
  let d = 1 / awayFromZero(1 - ((a + b) * x) / (a + 1));
  let result = d;
  for (let m = 1; m < 500; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / awayFromZero(1 + even * d);
    c = awayFromZero(1 + even / c);
    result *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / awayFromZero(1 + odd * d);
    c = awayFromZero(1 + odd / c);
    const factor = d * c;
    result *= factor;
    if (Math.abs(factor - 1) < 1e-14) break;
  }
  return result;
}

/** Lanczos' approximation (Numerical Recipes, 6.1), exact to 10 digits. */
function logGamma(x: number): number {
  const coefficients = [
    76.180091729471, -86.505320329417, 24.014098240831, -1.2317395724502, 0.001208650973866, -0.0000053952393849,
  ];
  const base = x + 5.5;
  const series = coefficients.reduce((sum, value, index) => sum + value / (x + index + 1), 1.000000000190015);
  return (x + 0.5) * Math.log(base) - base + Math.log((2.506628274631 * series) / x);
}
