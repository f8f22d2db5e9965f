import type { Forecast } from './forecast.ts';

/** A supply that loses less than this a day is said not to change. */
export const LEAST_LOSS_PER_DAY = 0.05;

/** Whether usage grows. Otherwise an end that is forecast comes from jumps, not from a rate. Unknown counts as growth. */
export const isGrowing = ({ basis, lossPerDay }: Pick<Forecast, 'basis' | 'lossPerDay'>): boolean =>
  (basis?.lossPerDay ?? lossPerDay ?? LEAST_LOSS_PER_DAY) >= LEAST_LOSS_PER_DAY;
