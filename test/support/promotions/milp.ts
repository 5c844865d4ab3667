import highs from 'highs';

/** Its types are those of its CommonJS build, whose default export is a member. */
export const loadSolver = highs as unknown as typeof highs.default;
export type Highs = Awaited<ReturnType<typeof loadSolver>>;

/** A linear expression: whole factors of variables. */
export type Terms = readonly (readonly [factor: number, variable: string])[];

const text = (terms: Terms) =>
  terms.map(([factor, variable]) => `${factor < 0 ? '-' : '+'} ${Math.abs(factor)} ${variable}`).join(' ');

/** A mixed integer program in the LP format of CPLEX, which HiGHS reads. All variables are whole and at least 0. */
export function createProgram() {
  const constraints: string[] = [];
  const whole = new Set<string>();
  const binary = new Set<string>();
  return {
    variable: (name: string): string => {
      whole.add(name);
      return name;
    },
    choice: (name: string): string => {
      binary.add(name);
      return name;
    },
    constrain: (terms: Terms, relation: '>=' | '<=' | '=', value: number): void => {
      constraints.push(` c${constraints.length}: ${text(terms)} ${relation} ${value}`);
    },
    /** The smallest value of the variable. Throws if the solver finds none. */
    minimum(highs: Highs, variable: string): number {
      const program = [
        'Minimize',
        ` obj: ${variable}`,
        'Subject To',
        ...constraints,
        'General',
        ` ${[...whole].join(' ')}`,
        ...(binary.size > 0 ? ['Binary', ` ${[...binary].join(' ')}`] : []),
        'End',
      ];
      const solution = highs.solve(program.join('\n'), { mip_rel_gap: 0, mip_abs_gap: 0 });
      if (solution.Status !== 'Optimal') throw new Error(`The solver ended with ${solution.Status}`);
      return Math.round(solution.ObjectiveValue);
    },
  };
}
