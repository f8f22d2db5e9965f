import {
  type AllocationFailure,
  type AllocationFailures,
  type AllocationService,
  type FailedAllocations,
  groupFailures,
  refusalIn,
} from '../aws/allocation-failure.ts';
import { aws } from '../base/commands.ts';
import { largestOf } from '../base/extremes.ts';
import { listOf, shorten } from '../base/text/names.ts';
import { count, number } from '../base/text/numbers.ts';
import { sentence } from '../base/text/sentence.ts';
import { utcTime } from '../base/text/times.ts';
import type { SubnetAssessment } from '../result/assessment.ts';
import type { Evidence, Remedy, Subject } from '../result/finding.ts';
import { resourceName } from '../result/resource-name.ts';
import { type Check, type CheckResult, healthy, measured, notMeasured } from './check.ts';
import type { Estate } from './estate.ts';
import { remediesForAddresses, remediesForPrefixes } from './remedies/subnet-remedies.ts';

const HOUR = 3_600_000;
/** Auto Scaling tries again within minutes while a group is short. What did not fail for an hour is likely over. */
const STILL_FAILING = HOUR;
/** The alert ends later than it starts, so that a group which is tried again every hour does not flap. */
const OVER_AFTER = 3 * HOUR;
const RESOURCES_SHOWN = 5;
const LONGEST_TEXT = 300;

/** What each service asks an address for, and what the service is called. */
const WORDS: Readonly<Record<AllocationService, { readonly request: string; readonly label: string }>> = {
  'auto-scaling': { request: 'launch', label: 'Auto Scaling group' },
  'ec2-calls': { request: 'call', label: 'EC2 caller' },
  'ec2-fleet': { request: 'launch', label: 'EC2 Fleet' },
  ecs: { request: 'task', label: 'ECS service' },
  eks: { request: 'request', label: 'EKS node group' },
  spot: { request: 'launch', label: 'Spot request' },
};

const MISSING = {
  addresses: 'no free address',
  prefixes: 'no free prefix',
  interface: 'its interface is full',
} as const;

export const allocationsFailing: Check = {
  kind: 'allocations-failing',
  label: 'AWS services get no address',
  summary: 'requests for an address fail',
  clear: () => 'no request for an address fails any more',
  about: 'each subnet, and the account where a service does not name the subnet',
  condition:
    'A service reports that a request failed for want of an address within the last hour. Critical. Headroom asks Auto Scaling, ECS, EC2 Fleets, Spot, and EKS for the health of node groups. With events turned on, CloudTrail adds the calls of others, such as the CNI and Karpenter. It clears after three hours without another failure. While nothing fails, ECS, EC2 Fleets and Spot are asked every 15 to 30 minutes.',
  unknown: 'A service did not answer. A service that the role may not ask is not watched.',
  impact:
    'This is not a forecast: something did not start. AWS tries again, so load rises on what runs. Nothing else reports it, because the request itself was accepted.',
  settings: 'findings',
  suppresses: { of: 'same-subject', supplies: ['addresses'], when: 'as-severe' },
  find: ({ estate }) => {
    const { allocationFailures } = estate.input;
    return allocationFailures == null ? [] : results(estate, allocationFailures);
  },
};

const results = (
  estate: Estate,
  { failures, unread, readAt = {} }: AllocationFailures,
): readonly CheckResult[] => {
  const [oldest] = Object.values(readAt).toSorted();
  // Of a finding it is left out: its record would change with every scan.
  const ages = oldest === undefined ? [] : [{ name: 'oldestAnswerAt', value: oldest, detail: true }];
  const groups = groupFailures([...failures, ...failuresInHealth(estate)]);
  const silent = unread.filter(({ isDenied }) => !isDenied);
  const reason = silent.map((service) => service.reason).join(' ');
  const resultOf = (
    subject: Subject,
    subnet: SubnetAssessment | null,
    own: readonly FailedAllocations[],
  ): CheckResult =>
    own.length === 0 && silent.length > 0
      ? notMeasured(subject, reason)
      : judged(estate, subject, subnet, own, ages);
  const inSubnets = estate.input.subnets.map((subnet) =>
    resultOf(
      estate.subnetSubject(subnet),
      subnet,
      groups.filter(({ subnetId }) => subnetId === subnet.subnetId),
    ),
  );
  // A subnet that is not scanned, or that the service does not name.
  const elsewhere = groups.filter(({ subnetId }) => subnetId === null || !estate.subnets.has(subnetId));
  return [...inSubnets, resultOf(estate.targetSubject, null, elsewhere)];
};

/** The code that has a check of its own: `eks-health`. */
const OWN_CHECK = 'InsufficientFreeAddresses';

/** Other health issues of node groups whose message is about addresses, such as AsgInstanceLaunchFailures. EKS gives them no time. */
const failuresInHealth = (estate: Estate): readonly AllocationFailure[] =>
  [...estate.eksClusters.values()].flatMap((eks) =>
    eks.nodeGroups.flatMap((group) =>
      group.healthIssues.flatMap(({ code, message, resourceIds }): AllocationFailure[] => {
        const refusal = code === OWN_CHECK || message === null ? null : refusalIn(message);
        if (refusal === null || message === null) return [];
        return [
          {
            at: null,
            service: 'eks',
            resource: `${eks.name}/${group.name}`,
            code: refusal.code,
            subnetId: refusal.subnetId ?? resourceIds.find((id) => estate.subnets.has(id)) ?? null,
            availabilityZone: null,
            text: message,
          },
        ];
      }),
    ),
  );

/** The level that the latest failure gives: now, and until it is over. */
const judged = (
  estate: Estate,
  subject: Subject,
  subnet: SubnetAssessment | null,
  groups: readonly FailedAllocations[],
  ages: readonly Evidence[],
): CheckResult => {
  const now = Date.parse(estate.input.scannedAt);
  const last = largestOf(groups.map(({ lastAt }) => (lastAt === null ? now : Date.parse(lastAt))));
  const [first] = groups;
  if (first === undefined || now - last > OVER_AFTER) return healthy(subject, ages);
  const requests = groups.reduce((sum, group) => sum + group.count, 0);
  const evidence = [
    { name: 'failedRequests', value: requests, unit: 'requests' },
    { name: 'firstFailureAt', value: earliest(groups) },
    { name: 'lastFailureAt', value: first.lastAt },
    { name: 'services', value: [...new Set(groups.map(({ service }) => service))].join(', '), detail: true },
    { name: 'error', value: first.code },
  ];
  const levels = { raise: now - last <= STILL_FAILING ? 'critical' : 'ok', hold: 'critical' } as const;
  return measured(subject, levels, evidence, () => ({
    title: `${resourceName(subject)}: ${failedText(groups)}, ${MISSING[first.supply]}`,
    explanation: `${sinceText(groups)}${resourcesText(groups)} The last answer was: ${shortSentence(first.text)}`,
    remedies: () => [
      ...(subnet === null || first.supply === 'interface'
        ? []
        : first.supply === 'prefixes'
          ? remediesForPrefixes(estate, subnet)
          : remediesForAddresses(estate, subnet)),
      ...groups.flatMap((group) => attemptsOf(group, subject.region) ?? []).slice(0, 1),
    ],
    owners: subnet?.owners ?? null,
  }));
};

const earliest = (groups: readonly FailedAllocations[]): string | null =>
  groups.flatMap(({ firstAt }) => firstAt ?? []).toSorted()[0] ?? null;

/** `12 launches of Auto Scaling group web failed`, `14 requests of 3 resources failed`. */
const failedText = (groups: readonly FailedAllocations[]): string => {
  const requests = groups.reduce((sum, group) => sum + group.count, 0);
  const resources = new Set(groups.map(({ service, resource }) => `${service} ${resource}`));
  const [first] = groups;
  if (first === undefined || resources.size > 1)
    return `${count(requests, 'request')} of ${number(resources.size)} resources failed`;
  const { request, label } = WORDS[first.service];
  return `${count(requests, request)} of ${label} ${first.resource} failed`;
};

const sinceText = (groups: readonly FailedAllocations[]): string => {
  const from = earliest(groups);
  return from === null ? 'AWS reports it now.' : `The first one failed on ${utcTime(from)}.`;
};

const resourcesText = (groups: readonly FailedAllocations[]): string => {
  if (groups.length === 1) return '';
  const named = groups.map((group) => {
    const { request, label } = WORDS[group.service];
    return `${label} ${group.resource} (${count(group.count, request)})`;
  });
  return ` Affected: ${listOf(named, RESOURCES_SHOWN)}.`;
};

/** AWS's text as one sentence of ours. */
const shortSentence = (text: string): string => sentence(shorten(text, LONGEST_TEXT));

/** What the service that failed says of its attempts; `null`: the console alone shows it. */
const attemptsOf = ({ service, resource }: FailedAllocations, region: string): Remedy | null => {
  const command = attemptsCommand(service, resource, region);
  return command === null
    ? null
    : {
        title: `See what ${resource} tried`,
        effect: 'The answer shows each attempt, its time and its reason.',
        price: 'Free. It changes nothing.',
        when: 'Right to see whether it still fails.',
        gains: { addresses: 0, prefixes: 0 },
        commands: [command],
        preconditions: [],
      };
};

const attemptsCommand = (service: AllocationService, resource: string, region: string): string | null => {
  if (service === 'auto-scaling')
    return aws('autoscaling', 'describe-scaling-activities', region, {
      'auto-scaling-group-name': resource,
      'max-items': 5,
    });
  const [cluster = '', name = ''] = resource.split('/');
  if (service === 'ecs') return aws('ecs', 'describe-services', region, { cluster, services: name });
  return service === 'eks'
    ? aws('eks', 'describe-nodegroup', region, { 'cluster-name': cluster, 'nodegroup-name': name })
    : null;
};
