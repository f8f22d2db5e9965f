import type { Alert } from '../model/alert/alert.ts';
import type { Selector } from '../model/alert/policy.ts';

/** Exactly what alerts are about: their subnets, VPCs and clusters, in their accounts and Regions. */
export const selectorsOf = (alerts: readonly Pick<Alert, 'subject' | 'rule'>[]): readonly Selector[] => {
  const selectors = alerts.map(({ subject, rule }): Selector => {
    const place = { account: [subject.accountId], region: [subject.region] };
    if (subject.type === 'subnet') return { ...place, subnet: [subject.id] };
    const about = {
      ...place,
      rule: [rule],
      ...(subject.vpcId === null ? {} : { vpc: [subject.vpcId] }),
      ...(subject.clusterName === null ? {} : { cluster: [literal(subject.clusterName)] }),
    };
    return about;
  });
  return [...new Map(selectors.map((selector) => [JSON.stringify(selector), selector])).values()];
};

/** A name in which `*` and `?` would be wildcards matches one character more than it should, and never another length. */
const literal = (name: string): string => name.replaceAll('*', '?');
