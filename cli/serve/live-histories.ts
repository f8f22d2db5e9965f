import type { SubnetHistory } from '../../shared/model/result/forecast.ts';
import { identityWithin } from '../../shared/model/result/identity.ts';
import { attempt } from '../../shared/pipeline/attempt.ts';
import { worstFirst } from '../../shared/report/worst-first.ts';
import type { StateStore } from '../../shared/state/state-store.ts';
import type { SubnetPlace } from './http-server.ts';
import type { LatestScans } from './latest-scans.ts';

/** A fortnight is drawn. */
const READ = 15 * 86_400_000;

/** The page has the past of so many subnets, the worst of all: a picture of each has some 15 kB. */
const MOST = 300;

/** The past of the worst subnets, by `subnetKey`. What cannot be read is left out. */
export const liveHistories = async (
  latest: LatestScans,
  open: () => StateStore,
  now: number,
): Promise<ReadonlyMap<string, SubnetHistory>> => {
  const shown = worstFirst(latest.assessments).slice(0, MOST);
  const found = new Map<string, SubnetHistory>();
  const store = open();
  try {
    for (const { target } of latest.targets) {
      const own = shown.filter(
        ({ subnet }) => subnet.accountId === target.accountId && subnet.region === target.region,
      );
      if (own.length === 0) continue;
      const ids = own.map(({ subnet }) => subnet.subnetId);
      const histories = await attempt([], () => store.history.read(target, ids, now - READ));
      for (const [subnetId, history] of histories ?? []) found.set(identityWithin(target, subnetId), history);
    }
  } finally {
    await store.close();
  }
  return found;
};

/** The past of one subnet. What cannot be read is left out. */
export const liveHistory = async (
  { accountId, region, subnetId }: SubnetPlace,
  open: () => StateStore,
  now: number,
): Promise<SubnetHistory | undefined> => {
  const store = open();
  try {
    const target = { accountId, region };
    const histories = await attempt([], () => store.history.read(target, [subnetId], now - READ));
    return new Map(histories ?? []).get(subnetId);
  } finally {
    await store.close();
  }
};
