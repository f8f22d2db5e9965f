import { HOUR, HOURLY_DAYS } from '../../shared/model/forecast/supply-history.ts';
import type { Sample, SupplyHistory } from '../../shared/model/result/forecast.ts';
import { type RefusedSupply, readRefusals } from '../../shared/pipeline/kept-refusals.ts';
import { UsageError } from '../base/command-line.ts';
import { type StateOptions, withStateStore } from './state-store.ts';

export interface StoredHistoryOptions extends StateOptions {
  readonly subnet: string;
  readonly supply: RefusedSupply;
  readonly account?: string;
  readonly targetRegion?: string;
}

/** What is remembered of one supply of a subnet. */
export interface StoredHistory {
  readonly samples: Sample[];
  /** When requests for it were refused: epoch milliseconds. */
  readonly refusals: readonly number[];
}

/** @throws UsageError unless the account and the Region of the subnet are named, and where nothing is remembered of it */
export const readStoredHistory = async (
  { account, targetRegion, subnet, supply, ...state }: StoredHistoryOptions,
  now: number,
): Promise<StoredHistory> => {
  if (account === undefined || targetRegion === undefined)
    throw new UsageError(
      '--subnet needs --account and --target-region.',
      'Name the account and the Region that the subnet was scanned in.',
    );
  const target = { accountId: accountOf(account), region: targetRegion };
  return withStateStore(
    state,
    async (store) => {
      const histories = await store.history.read(target, [subnet], now - HOURLY_DAYS * 24 * HOUR);
      const samples = samplesOf(histories.get(subnet)?.[supply]);
      if (samples.length === 0)
        throw new UsageError(
          `Nothing is remembered of ${subnet} in ${target.accountId} and ${target.region}.`,
          'Check the subnet, the account and the Region.',
        );
      return { samples, refusals: (await readRefusals(store.cache, target, subnet, now))[supply] };
    },
    { readOnly: true },
  );
};

/** An hour that is not known scan by scan counts with its lowest value: an exhaustion shows in it. */
const samplesOf = (history: SupplyHistory | undefined): Sample[] => {
  if (history === undefined) return [];
  const { hourly, recent } = history;
  const measured = new Set(recent.map(({ at }) => Math.floor(at / HOUR) * HOUR));
  return [
    ...hourly
      .filter(({ hour }) => !measured.has(hour))
      .map(({ hour, minimum }) => ({ at: hour, value: minimum })),
    ...recent,
  ];
};

/** @throws UsageError unless it has twelve digits */
export const accountOf = (account: string): string => {
  if (!/^\d{12}$/.test(account))
    throw new UsageError(
      `--account ${JSON.stringify(account)} is not an AWS account ID.`,
      'Give its twelve digits.',
    );
  return account;
};

/** @throws UsageError unless it is the id of a subnet */
export const subnetOf = (subnet: string): string => {
  if (!/^subnet-[0-9a-f]+$/.test(subnet))
    throw new UsageError(
      `--subnet ${JSON.stringify(subnet)} is not the ID of a subnet.`,
      'Give the subnet of the file, such as subnet-0a1b2c3d4e5f67890.',
    );
  return subnet;
};
