const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 24 * 3_600_000 };

/** Milliseconds of a length of time such as `30s`, `4h` or `7d`; `NaN`: it is none. */
export const lengthOfTime = (text: string): number => {
  const [, amount, unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  return Number(amount) * (UNITS[unit] ?? Number.NaN);
};
