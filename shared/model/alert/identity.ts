import type { Subject } from '../result/finding.ts';

/** What names an alert in the whole organization: account and Region, then its key, which is unique within the two. */
export const identityOf = ({
  key,
  subject: { accountId, region },
}: {
  readonly key: string;
  readonly subject: Pick<Subject, 'accountId' | 'region'>;
}): string => `${accountId}/${region}/${key}`;
