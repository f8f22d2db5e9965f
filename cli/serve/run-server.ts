import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { HeadroomError } from '../../shared/model/base/errors.ts';
import { printable } from '../../shared/model/base/invisible-characters.ts';
import type { Io } from '../base/io.ts';
import { withCredentialHint } from '../output/credential-hint.ts';
import { problemText } from '../output/problem-text.ts';
import { type Action, performAction } from './actions.ts';
import { type Actions, type Guard, type Pages, startServer } from './http-server.ts';
import { LatestScans } from './latest-scans.ts';
import { liveHistories, liveHistory } from './live-histories.ts';
import { createPages } from './pages.ts';
import { isLoopback } from './request-origin.ts';
import { ScanLoop, type ServeScanOptions } from './scan-loop.ts';
import { slackRoute } from './slack-route.ts';
import { openStateFile } from './state-file.ts';
import { StateReview } from './state-review.ts';
import { runAgainAndAgain } from './timer.ts';

export interface ServerSettings {
  /** With the interval as it was given. */
  readonly options: ServeScanOptions & { readonly interval: string };
  /** `host` left out: every interface. */
  readonly listen: { readonly host: string | undefined; readonly port: number };
  readonly guard: Guard;
  /** Between the starts of two scans, in milliseconds. */
  readonly interval: number;
}

/** Scans on a timer, and answers on HTTP, until a signal stops it. @throws HeadroomError when not even one scan works */
export const runServer = async (
  { options, listen, guard, interval }: ServerSettings,
  io: Io,
): Promise<void> => {
  const latest = new LatestScans();
  const signals = stopSignals(io);
  const loop = new ScanLoop({ options, io, latest, interval, ...signals });
  await loop.recall();
  const open = () => openStateFile(options.state);
  const review = new StateReview({ latest, policy: () => loop.policy, open, now: io.now });
  // Where anybody can connect, only those who have the token may silence an alert.
  const mayAct = guard.token != null || isLoopback(listen.host);
  const actions = mayAct ? actionsOn({ options, review }, io) : null;
  const pages: Pages = {
    ...createPages({
      latest,
      now: io.now,
      review: () => review.refresh(),
      histories: () => liveHistories(latest, open, io.now()),
      history: (place) => liveHistory(place, open, io.now()),
      token: actions?.token ?? null,
    }),
    slack: slackRoute(options, io),
    ...(actions === null ? {} : { actions }),
  };
  const server = await startServer(listen, pages, guard);
  io.err(`Headroom answers on ${server.url} and scans every ${options.interval}.\n`);
  try {
    await runAgainAndAgain(() => loop.run(), {
      interval,
      now: io.now,
      pause: (milliseconds, signal) => sleep(milliseconds, undefined, { signal }).catch(() => {}),
      signal: signals.stop,
      failed: (error) => {
        if (signals.breakOff.aborted) return;
        // What never worked is for the person who started it; what worked before may work again.
        if (latest.finishedRuns === 0 || !(error instanceof HeadroomError)) throw error;
        io.err(problemText(io, withCredentialHint(error)));
      },
    });
    await loop.settled();
  } finally {
    signals.ignore();
    await server.close();
    io.err('Headroom has stopped.\n');
  }
};

/** What scans under way have after a signal to stop. Kubernetes ends a process 30 seconds after it asked. */
const GRACE_MILLISECONDS = 3_000;

/** The first SIGTERM or Ctrl-C stops in order, and a second one ends the process as signals do. */
const stopSignals = (io: Io) => {
  const ended = new AbortController();
  const brokenOff = new AbortController();
  const stop = (): void => {
    if (ended.signal.aborted) return;
    ended.abort();
    io.err('Headroom stops: scans in progress have a few seconds to end. A second signal stops it now.\n');
    setTimeout(() => brokenOff.abort(), GRACE_MILLISECONDS).unref();
  };
  process.once('SIGTERM', stop).once('SIGINT', stop);
  return {
    stop: ended.signal,
    breakOff: brokenOff.signal,
    ignore: (): void => void process.off('SIGTERM', stop).off('SIGINT', stop),
  };
};

/** What readers of the live page may do, with a token that only this page has. */
const actionsOn = (
  { options, review }: { readonly options: ServeScanOptions; readonly review: StateReview },
  io: Io,
): Actions => ({
  token: randomBytes(32).toString('hex'),
  names: options.publicUrl === undefined ? [] : [new URL(options.publicUrl).host],
  perform: async (action: Action) => {
    const store = openStateFile(options.state);
    try {
      const did = await performAction(action, store, io.now());
      io.err(`${printable(`Live page: ${action.alert}: ${did}`)}\n`);
      return did;
    } finally {
      await store.close();
      await review.refresh(true);
    }
  },
});
