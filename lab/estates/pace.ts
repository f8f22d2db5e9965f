export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** 0 before `from`, 1 after `to`, and a straight line between. */
export const progress = (elapsed: number, from: number, to: number): number =>
  Math.min(1, Math.max(0, (elapsed - from) / (to - from)));

/** The working day as load: 0 at three in the morning, 1 at three in the afternoon, UTC; quieter at weekends. */
export const workingDay = (epochMilliseconds: number): number => {
  const hours = (epochMilliseconds % DAY) / HOUR;
  const weekend = [0, 6].includes(new Date(epochMilliseconds).getUTCDay());
  return ((1 - Math.cos(((hours - 3) / 24) * 2 * Math.PI)) / 2) * (weekend ? 0.4 : 1);
};
