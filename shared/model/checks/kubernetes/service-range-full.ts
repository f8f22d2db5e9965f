import { kubectl } from '../../base/commands.ts';
import { count, number, percent, verb } from '../../base/text/numbers.ts';
import { cidrSize, parseCidr } from '../../net/cidr.ts';
import { type Check, type CheckResult, found, healthy, notMeasured } from '../check.ts';
import type { Estate } from '../estate.ts';
import { ranked } from '../remedies/ranked.ts';
import { type ReadCluster, readClusters, reasonOf } from './read-clusters.ts';

/** Shares of a range in use. Kubernetes keeps its lower part for fixed addresses, so the end comes a little early. */
const WARNING = 0.8;
const CRITICAL = 0.95;
/** Kubernetes gives out neither the first nor the last address of a range. */
const NEVER_GIVEN = 2;

export const serviceRangeFull: Check = {
  kind: 'service-range-full',
  label: "A cluster's service range is nearly full",
  summary: 'few addresses for Services left',
  clear: (figure) => roomText(figure('serviceAddressesUsed'), figure('serviceAddresses')),
  about: 'each cluster whose Kubernetes API is read',
  condition: `${percent(WARNING)} of the IPv4 addresses for Services are in use: warning. From ${percent(CRITICAL)} on: critical.`,
  unknown: 'Services could not be read, or the range is not known.',
  impact:
    'A new Service gets no address: its creation fails with "range is full". Load balancers and ingress controllers that create Services fail as well.',
  settings: 'findings',
  find: ({ estate }) => readClusters(estate).flatMap((read) => result(estate, read) ?? []),
};

const result = (estate: Estate, { cluster, reading }: ReadCluster): CheckResult | null => {
  const eks = estate.eksClusters.get(cluster.clusterName);
  if (eks?.ipFamily === 'ipv6') return null;
  const subject = estate.clusterSubject(cluster);
  if (!reading.services.known) return notMeasured(subject, reasonOf(reading.services.unread));
  const { addressesUsed: used, cidrs } = reading.services.value;
  const ranges = cidrs === null ? [eks?.serviceIpv4Cidr ?? ''] : cidrs.flatMap((each) => each.cidrs);
  const total = ranges
    .flatMap((range) => parseCidr(range) ?? [])
    .reduce((sum, range) => sum + Math.max(0, cidrSize(range) - NEVER_GIVEN), 0);
  if (total === 0) return notMeasured(subject, 'The range of its Services is not known.');
  const share = used / total;
  const evidence = [
    { name: 'serviceAddressesUsed', value: used, unit: 'addresses' },
    { name: 'serviceAddresses', value: total, unit: 'addresses' },
  ];
  if (share < WARNING) return healthy(subject, evidence);
  return found(subject, share < CRITICAL ? 'warning' : 'critical', evidence, () => ({
    title: `${cluster.clusterName}: ${number(Math.max(0, total - used))} of ${count(total, 'address')} for Services left`,
    explanation: `${count(used, 'address')} of ${ranges.join(', ')} ${verb(used, 'is')} in use. Services of type ExternalName and headless Services take none.`,
    remedies: () => ranked(addRange(cluster.version)),
  }));
};

const roomText = (used: number | null, total: number | null): string =>
  used === null || total === null
    ? 'its service range has room'
    : `${number(total - used)} of ${count(total, 'address')} for Services available`;

/** ServiceCIDR is stable from 1.33 on. Source: Kubernetes documentation, "Extend Service IP Ranges". */
const addRange = (version: string | null) => ({
  title: 'Add a range for Services',
  effect:
    'A ServiceCIDR object adds a range at once. Choose one that overlaps no network that pods reach. EKS may not allow it: try it in a test cluster first.',
  price: 'Free. Network policies and routes that name the old range need the new one as well.',
  when: 'Right when Services cannot be removed.',
  gains: { addresses: 0, prefixes: 0 },
  commands: [kubectl('get', 'servicecidrs')],
  preconditions: [
    {
      text: 'The cluster runs Kubernetes 1.33 or later.',
      holds: version === null ? null : isAtLeast133(version),
    },
  ],
});

const isAtLeast133 = (version: string): boolean => {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 1 || (major === 1 && minor >= 33);
};
