/** What was said with which probability, and whether it happened. */
export type SaidAndHappened = readonly [said: number, happened: boolean];

export interface Calibration {
  readonly forecasts: number;
  readonly happened: number;
  /** 1 is perfect, 0 is as good as saying the share that happens every time; `null` where it always or never happened. */
  readonly brierSkill: number | null;
  /** Mean distance between what was said and what happened, over ten classes of probability; `null` without forecasts. */
  readonly error: number | null;
  /** The classes that hold anything: how many forecasts, the mean that was said, and the share that happened. */
  readonly reliability: readonly {
    readonly forecasts: number;
    readonly said: number;
    readonly happened: number;
  }[];
}

const CLASSES = 10;

/** How well probabilities fit what happened. */
export const calibrationOf = (pairs: readonly SaidAndHappened[]): Calibration => {
  const happened = pairs.filter(([, did]) => did).length;
  const share = happened / pairs.length;
  const brier = pairs.reduce((sum, [said, did]) => sum + (said - Number(did)) ** 2, 0) / pairs.length;
  const classes = Array.from({ length: CLASSES }, () => ({ forecasts: 0, said: 0, happened: 0 }));
  for (const [said, did] of pairs) {
    const found = classes[Math.min(CLASSES - 1, Math.floor(said * CLASSES))];
    if (found === undefined) continue;
    found.forecasts += 1;
    found.said += said;
    found.happened += Number(did);
  }
  const distance = classes.reduce((sum, one) => sum + Math.abs(one.said - one.happened), 0);
  return {
    forecasts: pairs.length,
    happened,
    brierSkill: happened === 0 || happened === pairs.length ? null : 1 - brier / (share * (1 - share)),
    error: pairs.length === 0 ? null : distance / pairs.length,
    reliability: classes
      .filter(({ forecasts }) => forecasts > 0)
      .map((one) => ({
        forecasts: one.forecasts,
        said: one.said / one.forecasts,
        happened: one.happened / one.forecasts,
      })),
  };
};
