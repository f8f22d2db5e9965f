"""Makes the table of methods in decision 34.

    pip install -r test/bench/methods/requirements.txt
    npm run --silent bench:methods -- services.csv > said.ndjson
    python3 test/bench/methods/compare.py said.ndjson

Each line of the input is one forecast of recorded pod counts. Every method says how likely it is that nothing is left within
24 hours, 72 hours and 7 days. The same alarm is put around each of them.
"""

import json
import sys
import warnings

import numpy as np
from scipy.stats import norm
from statsforecast.models import MSTL, AutoETS, SeasonalNaive

HORIZONS = (1, 3, 7)
# An alarm that nothing follows within this time is false.
TOO_EARLY_HOURS = 16 * 24
# The most false alarms in a subnet-month: the aim for pod counts.
MOST_FALSE = 0.12
# A lead of this many hours is worth 1, a shorter one its share, and a false alarm costs this.
FULL_LEAD_HOURS = 72
FALSE_COSTS = 0.2
# Below half an address there is none.
NOTHING_LEFT = 0.5
LEVEL = 80
PATHS = 400

warnings.filterwarnings("ignore")


def daily_lows(case):
    """The lowest value of each day, the oldest first. The newest day ends now."""
    lows = np.array(case["lows"])
    days = len(lows) // 24
    return lows[len(lows) - 24 * days :].reshape(days, 24).min(axis=1)


def chances(forecast, steps_a_day):
    """The chance of the lowest step within each horizon, from the normal error of the 80 % interval."""
    mean = np.asarray(forecast["mean"])
    deviation = (np.asarray(forecast[f"hi-{LEVEL}"]) - mean) / norm.ppf(0.5 + LEVEL / 200)
    each = norm.cdf((NOTHING_LEFT - mean) / np.maximum(deviation, 1e-6))
    return [float(each[: days * steps_a_day].max()) for days in HORIZONS]


def seasonal_naive(case):
    """This week is as the last one, moved by the change from the week before."""
    lows = daily_lows(case)
    drift = float(np.mean(lows[-7:] - lows[-14:-7])) if len(lows) >= 14 else 0.0
    forecast = SeasonalNaive(season_length=7).forecast(y=lows.astype(float), h=7, level=[LEVEL])
    moved = {name: np.asarray(values) + drift for name, values in forecast.items() if name != "fitted"}
    if not np.all(np.isfinite(moved[f"hi-{LEVEL}"])):
        return None
    return chances(moved, 1)


def auto_ets(case):
    return chances(AutoETS(season_length=1).forecast(y=daily_lows(case).astype(float), h=7, level=[LEVEL]), 1)


def mstl(case):
    """Seasons of a day and, from two weeks on, of a week, over the lows of each hour; the trend by AutoETS."""
    lows = np.array(case["lows"], dtype=float)
    seasons = [24, 168] if len(lows) >= 2 * 168 + 24 else [24]
    model = MSTL(season_length=seasons, trend_forecaster=AutoETS(model="ZZN", season_length=1))
    return chances(model.forecast(y=lows, h=168, level=[LEVEL]), 24)


def bootstrap(case):
    """Walks of daily changes, drawn with replacement."""
    lows = daily_lows(case)
    steps = np.diff(lows)
    drawn = np.random.default_rng(7).choice(steps, size=(PATHS, 7))
    lowest = np.minimum.accumulate(lows[-1] + np.cumsum(drawn, axis=1), axis=1)
    return [float((lowest[:, days - 1] <= NOTHING_LEFT).mean()) for days in HORIZONS]


def inputs(case):
    """What the regression sees: how much is left, and past losses as shares of it."""
    lows = daily_lows(case)
    left = max(case["left"], NOTHING_LEFT)
    steps = -np.diff(lows)
    loss = [max(0.0, float(lows[-1 - days] - lows[-1])) if len(lows) > days else 0.0 for days in (1, 3, 7)]
    share = left / case["capacity"]
    return [
        1.0,
        np.log(share + 0.01),
        *(value or 0.0 for value in case["windows"]),
        *(np.log1p(one / left) for one in loss),
        np.log1p(max(0.0, float(steps.max())) / left),
        np.log1p(float(np.maximum(steps, 0).mean()) * 7 / left),
    ]


def logistic(x, y, ridge=1.0, rounds=30):
    weights = np.zeros(x.shape[1])
    for _ in range(rounds):
        chance = 1 / (1 + np.exp(-np.clip(x @ weights, -30, 30)))
        slope = x.T @ (chance - y) + ridge * np.r_[0, weights[1:]]
        curve = (x * (chance * (1 - chance))[:, None]).T @ x + ridge * np.eye(x.shape[1])
        weights -= np.linalg.solve(curve, slope)
    return weights


def regression(cases):
    """Logistic, fitted to the other services: five folds. A group of six services counts as a service of its own."""
    groups = sorted({case["series"].split(" on ")[0] for case in cases})
    fold = {group: index % 5 for index, group in enumerate(groups)}
    folds = np.array([fold[case["series"].split(" on ")[0]] for case in cases])
    x = np.array([inputs(case) for case in cases])
    said = np.zeros((len(cases), 3))
    for horizon in range(3):
        known = np.array([case["happened"][horizon] is not None for case in cases])
        y = np.array([bool(case["happened"][horizon]) for case in cases], dtype=float)
        for one in range(5):
            train = known & (folds != one)
            middle, scale = x[train].mean(axis=0), x[train].std(axis=0) + 1e-9
            middle[0], scale[0] = 0, 1
            weights = logistic((x[train] - middle) / scale, y[train])
            test = folds == one
            said[test, horizon] = 1 / (1 + np.exp(-((x[test] - middle) / scale) @ weights))
    return [list(row) for row in said]


def brier_skill(said, happened):
    base = happened.mean()
    return 1 - ((said - happened) ** 2).mean() / (base * (1 - base))


def calibration_error(said, happened):
    error = 0.0
    for low in np.arange(0, 1, 0.1):
        chosen = (said >= low) & (said < low + 0.1 + (1e-9 if low > 0.85 else 0))
        if chosen.any():
            error += chosen.mean() * abs(said[chosen].mean() - happened[chosen].mean())
    return error


def alarm(series, limit):
    """The lead at the exhaustion (0: missed; None: nothing runs out) and the number of false alarms."""
    since, wrong = None, 0
    for case, chance in series:
        after = case["exhaustedAfterHours"]
        if chance >= limit:
            if since is None and (after is None or after > TOO_EARLY_HOURS):
                wrong += 1
            since = case["hour"] if since is None else since
        else:
            since = None
    last = series[-1][0]
    if last["exhaustedAfterHours"] is None:
        return None, wrong
    return (0 if since is None else last["hour"] + last["exhaustedAfterHours"] - since), wrong


def best_alarm(cases, said):
    """Missed and utility at the limit that gives most, with at most so many false alarms in a subnet-month."""
    by_series = {}
    for case, chance in zip(cases, said):
        by_series.setdefault(case["series"], []).append((case, chance[2]))
    months = sum(series[0][0]["months"] for series in by_series.values())
    oracle = 0.0
    for series in by_series.values():
        first = series[0][0]["exhaustedAfterHours"]
        if first is not None:
            oracle += min(1, first / FULL_LEAD_HOURS)
    best = None
    for limit in sorted({chance[2] for chance in said if chance[2] > 0} | {2.0}):
        outcomes = [alarm(series, limit) for series in by_series.values()]
        wrong = sum(count for _, count in outcomes)
        if wrong / months > MOST_FALSE:
            continue
        leads = [lead for lead, _ in outcomes if lead is not None]
        utility = sum(min(1, lead / FULL_LEAD_HOURS) for lead in leads) - FALSE_COSTS * wrong
        if best is None or utility > best[0]:
            best = (utility, sum(lead == 0 for lead in leads), len(leads), wrong / months)
    return best[0] / oracle, best[1], best[2], best[3]


def row(name, cases, said):
    known = [index for index, one in enumerate(said) if one is not None]
    # Where a method says nothing, it says what happens on average.
    base = [np.mean([bool(c["happened"][h]) for c in cases if c["happened"][h] is not None]) for h in range(3)]
    filled = [one if one is not None else base for one in said]
    cells = []
    for horizon in range(3):
        pairs = [
            (one[horizon], case["happened"][horizon])
            for one, case in zip(filled, cases)
            if case["happened"][horizon] is not None and one[horizon] is not None
        ]
        p, y = (np.array(values, dtype=float) for values in zip(*pairs))
        cells.append(f"{brier_skill(p, y):.2f} / {calibration_error(p, y):.2f}")
    # An alarm cannot begin where nothing was said.
    utility, missed, count, rate = best_alarm(cases, [one if one is not None else [0, 0, 0] for one in said])
    print(f"| {name} | {' | '.join(cells)} | {missed} of {count} | {rate:.2f} | {utility:.2f} |", flush=True)
    return len(known)


def main():
    with open(sys.argv[1], encoding="utf-8") as lines:
        cases = [json.loads(line) for line in lines]
    happened = [sum(bool(case["happened"][h]) for case in cases) for h in range(3)]
    print(f"{len(cases)} forecasts, of which {happened} run out within 24 h, 72 h and 7 d\n")
    print("| method | 24 h | 72 h | 7 d | missed | false a month | utility |")
    print("|---|---|---|---|---|---|---|", flush=True)

    def each(method):
        said = []
        for case in cases:
            try:
                one = method(case)
            except Exception:  # A model that cannot be fitted says nothing.
                one = None
            said.append(one if one is not None and all(np.isfinite(one)) else None)
        return said

    row("seasonal naive with drift, daily lows", cases, each(seasonal_naive))
    row("share of past windows", cases, [case["windows"] for case in cases])
    row("bootstrap of daily increments", cases, each(bootstrap))
    row("logistic regression, five folds of services", cases, regression(cases))
    row("AutoETS, daily lows", cases, each(auto_ets))
    row("MSTL of day and week, trend by AutoETS", cases, each(mstl))
    row("**this forecast**", cases, [case["headroom"] for case in cases])


main()
