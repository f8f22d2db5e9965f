import { describe, expect, test } from 'vitest';
import { composeMessage } from '../../../shared/notify/message-content.ts';
import {
  exampleFinding,
  exampleMessage,
  exampleTransition,
  MADE_MESSAGES,
  subnetSubject,
} from '../../fixtures/messages/made-messages.ts';
import { messageNamed } from '../../fixtures/messages/message-named.ts';

const subject = subnetSubject('subnet-1', 'pods-a', ['prod']);
const finding = exampleFinding(subject, {
  kind: 'addresses-low',
  title: 'Subnet pods-a has 9 addresses left',
});

const entryOf = (...arguments_: Parameters<typeof exampleTransition>) => {
  const [entry] = composeMessage(exampleMessage([exampleTransition(...arguments_)])).entries;
  if (entry === undefined) throw new Error('A message of one transition has one entry.');
  return entry;
};

describe('the headline', () => {
  test.each([
    ['firing', 'critical', 'Critical'],
    ['firing', 'warning', 'Warning'],
    ['escalated', 'critical', 'Now critical'],
    ['deescalated', 'warning', 'Eased to a warning'],
    ['repeated', 'critical', 'Still critical'],
    ['repeated', 'warning', 'Still a warning'],
  ] as const)('%s to %s begins with "%s"', (transition, severity, lead) => {
    const message = exampleMessage([exampleTransition(finding, { transition, severity })]);
    expect(composeMessage(message).headline).toBe(`${lead}: Subnet pods-a has 9 addresses left`);
  });

  test('what is resolved is not announced in the words of the alarm', () => {
    const message = exampleMessage([
      exampleTransition(finding, {
        transition: 'resolved',
        severity: 'ok',
        clear: '242 of 251 addresses available',
      }),
    ]);
    expect(composeMessage(message)).toMatchObject({
      headline: 'Resolved: pods-a (prod): 242 of 251 addresses available',
      level: 'ok',
    });
  });

  test('what is resolved because it is no longer there says what it was, and that it is no longer reported', () => {
    const nameless = exampleFinding(subnetSubject('subnet-9', null), { kind: 'addresses-low', title: 'x' });
    const message = exampleMessage([exampleTransition(nameless, { transition: 'resolved', severity: 'ok' })]);
    expect(composeMessage(message).headline).toBe(
      'Resolved: subnet-9: no longer reported: few addresses left',
    );
  });

  test('a group says what its alerts have in common, how many they are, and where', () => {
    expect(composeMessage(messageNamed('many-subnets-of-one-vpc')).headline).toBe(
      'Critical: 18 subnets of vpc-0f3a1c5e7b9d2468a: few addresses left',
    );
  });

  test('a group counts what was left out of it', () => {
    const message = { ...messageNamed('many-subnets-of-one-vpc'), omittedTransitions: 82 };
    expect(composeMessage(message)).toMatchObject({
      omitted: 82,
      headline: expect.stringContaining('100 subnets of'),
    });
  });

  test('several alerts of one subnet say the worst, and how many more there are', () => {
    const more = ['fragmented', 'prefixes-low'].map((kind) =>
      exampleTransition({ ...finding, kind, title: kind, severity: 'critical' }),
    );
    expect(composeMessage(exampleMessage(more)).headline).toBe(
      'Critical: fragmented (and 1 more alert about it)',
    );
    const three = [...more, exampleTransition({ ...finding, kind: 'x', title: 'x' })];
    expect(composeMessage(exampleMessage(three)).headline).toBe(
      'Critical: fragmented (and 2 more alerts about it)',
    );
  });

  test('a group of subjects that are not alike has the title of the worst, and says how many more and where', () => {
    const other = exampleFinding(
      { ...subject, type: 'cluster', id: 'prod', accountId: '444455556666', vpcId: 'vpc-2' },
      { kind: 'committed-demand', title: 'y' },
    );
    const message = exampleMessage([exampleTransition(finding), exampleTransition(other)]);
    expect(composeMessage(message).headline).toBe(
      'Warning: Subnet pods-a has 9 addresses left (and 1 more alert in several accounts)',
    );
  });

  test('a group in one account says the account, and its Region where it is one', () => {
    const elsewhere = { ...subject, id: 'vpc-2', type: 'vpc' as const, vpcId: 'vpc-2' };
    const here = exampleTransition(
      exampleFinding({ ...elsewhere, id: 'vpc-3', vpcId: 'vpc-3' }, { kind: 'unheard-of', title: 'a' }),
    );
    const there = exampleTransition(exampleFinding(elsewhere, { kind: 'unheard-of', title: 'b' }));
    expect(composeMessage(exampleMessage([here, there])).headline).toBe(
      'Warning: 2 VPCs of account 111122223333 in eu-west-1: unheard of',
    );
    const abroad = exampleTransition(
      exampleFinding({ ...elsewhere, region: 'us-east-1' }, { kind: 'unheard-of', title: 'b' }),
    );
    expect(composeMessage(exampleMessage([here, abroad])).headline).toBe(
      'Warning: 2 VPCs of account 111122223333: unheard of',
    );
  });

  test('a message of nothing is not an error', () => {
    expect(composeMessage(exampleMessage([]))).toMatchObject({
      level: 'ok',
      entries: [],
      headline: 'Headroom has no alerts',
    });
  });
});

describe('the order', () => {
  test('is: the worst first, then the order of the message', () => {
    const at = (id: string, severity: 'warning' | 'critical', since: string) =>
      exampleTransition(
        exampleFinding(subnetSubject(id, null), { kind: 'addresses-low', title: id, severity }),
        { since },
      );
    const message = exampleMessage([
      at('d', 'warning', '2026-11-20T13:00:00Z'),
      at('c', 'warning', '2026-11-20T12:00:00Z'),
      at('b', 'critical', '2026-11-20T14:00:00Z'),
      at('a', 'warning', '2026-11-20T13:00:00Z'),
    ]);
    expect(composeMessage(message).entries.map(({ title }) => title)).toEqual(['b', 'd', 'c', 'a']);
  });
});

describe('where', () => {
  test('the subnet with its name, its cluster, its VPC, and the account with its Region', () => {
    expect(entryOf(finding).place).toEqual([
      { label: 'Subnet', value: 'pods-a', id: 'subnet-1' },
      { label: 'Cluster', value: 'prod' },
      { label: 'VPC', value: 'vpc-0f3a1c5e7b9d2468a' },
      { label: 'Account', value: '111122223333, eu-west-1' },
    ]);
  });

  test('a subnet that many clusters share names four of them', () => {
    const shared = subnetSubject('subnet-1', 'shared', ['a', 'b', 'c', 'd', 'e', 'f']);
    expect(entryOf(exampleFinding(shared, { kind: 'addresses-low', title: 'x' })).place[1]).toEqual({
      label: 'Clusters',
      value: 'a, b, c, d, 2 more',
    });
  });

  test('a cluster is named once, with the first of its subnets', () => {
    const cluster = {
      ...subject,
      type: 'cluster' as const,
      id: 'prod',
      name: 'prod',
      subnetIds: ['subnet-1', 'subnet-2', 'subnet-3'],
    };
    const { place } = entryOf(exampleFinding(cluster, { kind: 'committed-demand', title: 'x' }));
    expect(place.slice(0, 2)).toEqual([
      { label: 'Cluster', value: 'prod' },
      { label: 'Subnet', value: 'subnet-1 and 2 more' },
    ]);
  });

  test('a target is its account and Region', () => {
    const [entry] = composeMessage(messageNamed('scan-failed')).entries;
    expect(entry?.place).toEqual([{ label: 'Account', value: '444455556666, us-east-1' }]);
  });
});

describe('since when', () => {
  test('the beginning, and how long ago that was when the message was made', () => {
    expect(entryOf(finding).timing).toEqual({
      label: 'Since',
      value: 'Fri 20 Nov 2026 14:00 UTC (10 minutes)',
      moment: '2026-11-20T14:00:00.000Z',
    });
  });

  test('an alert that got worse began milder than its title says', () => {
    expect(entryOf(finding, { transition: 'escalated' }).timing.label).toBe('Alert since');
  });

  test('a message that comes late says how long it is now, and of when its figures are', () => {
    const late = (change: object) =>
      composeMessage({
        ...exampleMessage([exampleTransition(finding, change)]),
        sentAt: '2026-11-20T15:30:00.000Z',
      }).entries[0]?.timing.value;
    expect(late({})).toBe(
      'Fri 20 Nov 2026 14:00 UTC (1 hour 30 minutes), figures of Fri 20 Nov 2026 14:10 UTC',
    );
    expect(late({ transition: 'resolved', severity: 'ok' })).toBe(
      'Fri 20 Nov 2026 14:10 UTC, after 10 minutes',
    );
  });

  test('what began just now has no length yet', () => {
    const now = '2026-11-20T14:00:00Z';
    expect(entryOf(finding, { at: now, since: now }).timing.value).toBe('Fri 20 Nov 2026 14:00 UTC');
  });

  test('the end, and how long it lasted', () => {
    expect(entryOf(finding, { transition: 'resolved', severity: 'ok' }).timing).toEqual({
      label: 'Resolved',
      value: 'Fri 20 Nov 2026 14:10 UTC, after 10 minutes',
      moment: '2026-11-20T14:10:00.000Z',
    });
  });
});

describe('the figures', () => {
  test('are the evidence of the finding, in its order, with their units', () => {
    const evidence = [
      { name: 'freePrefixes', value: 3, unit: 'prefixes' },
      { name: 'available', value: 1_204, unit: 'addresses' },
      { name: 'availablePercent', value: 82.5, unit: 'percent' },
      { name: 'fragmentationIndex', value: null },
      { name: 'firstSeen', value: '2026-11-20T11:05:00Z' },
    ];
    expect(entryOf({ ...finding, evidence }).figures).toEqual([
      { label: 'Free prefixes', value: '3' },
      { label: 'Available', value: '1,204 addresses' },
      { label: 'Available percent', value: '82.5 %' },
      { label: 'Fragmentation index', value: 'unknown' },
      { label: 'First seen', value: 'Fri 20 Nov 2026 11:05 UTC' },
    ]);
  });

  test('are at most ten', () => {
    const evidence = Array.from({ length: 30 }, (_, index) => ({ name: `figure${index}`, value: index }));
    expect(entryOf({ ...finding, evidence }).figures).toHaveLength(10);
  });

  test('what changed says what was and what is', () => {
    const [entry] = composeMessage(messageNamed('resolved')).entries;
    expect(entry?.changes).toEqual([
      { label: 'Free prefixes', value: 'was 7, now 261' },
      { label: 'Available', value: 'was 612 addresses, now 4,704 addresses' },
    ]);
  });
});

describe('who holds the addresses', () => {
  const owners = Array.from({ length: 8 }, (_, index) => ({
    kind: index === 0 ? 'cluster-nodes' : 'load-balancer',
    name: index === 1 ? null : `owner-${index}`,
    interfaces: index + 1,
    addresses: 80 - 10 * index,
  }));

  test('the largest five, with their share where the used addresses are known, and the rest in one line', () => {
    const evidence = [{ name: 'used', value: 400, unit: 'addresses' }];
    expect(entryOf({ ...finding, evidence, owners }).owners).toEqual([
      'Cluster nodes (owner-0): 20 %, 80 addresses on 1 interface',
      'Load balancers: 18 %, 70 addresses on 2 interfaces',
      'Load balancers (owner-2): 15 %, 60 addresses on 3 interfaces',
      'Load balancers (owner-3): 13 %, 50 addresses on 4 interfaces',
      'Load balancers (owner-4): 10 %, 40 addresses on 5 interfaces',
      '3 more: 60 addresses',
    ]);
  });

  test('a kind of owner from another version is named as it is', () => {
    const entry = entryOf({
      ...finding,
      owners: [{ kind: 'quantum-gateway', name: 'q', interfaces: 1, addresses: 2 }],
    });
    expect(entry.owners).toEqual(['Quantum gateway (q): 2 addresses on 1 interface']);
  });

  test('without the number of used addresses there are no shares', () => {
    expect(entryOf({ ...finding, owners: owners.slice(0, 1) }).owners).toEqual([
      'Cluster nodes (owner-0): 80 addresses on 1 interface',
    ]);
  });
});

describe('what to do first', () => {
  const remedy = {
    title: 'Add a range',
    effect: 'Gives 4,091 addresses.',
    commands: ['aws ec2 associate-vpc-cidr-block', 'aws ec2 create-subnet --vpc-id vpc-1'],
    preconditions: [
      { text: 'the range is free', holds: true },
      { text: 'the route tables know it', holds: null },
      { text: 'the VPC has room for a block', holds: false },
    ],
  };

  test('the best remedy with its exact commands, and what must be checked or brought about before', () => {
    expect(entryOf({ ...finding, remedies: [remedy, remedy, remedy] })).toMatchObject({
      remedy: {
        title: 'Add a range',
        effect: 'Gives 4,091 addresses.',
        commands: ['aws ec2 associate-vpc-cidr-block', 'aws ec2 create-subnet --vpc-id vpc-1'],
        checks: ['Check first: the route tables know it', 'Not met: the VPC has room for a block'],
      },
      moreRemedies: 2,
    });
  });

  test('nothing, when all is well again: neither remedies nor owners nor an outlook', () => {
    const over = { transition: 'resolved', severity: 'ok' } as const;
    const { finding: full } = messageNamed('prefixes-will-run-out').transitions[0] ?? { finding };
    expect(entryOf(full, over)).toMatchObject({
      remedy: null,
      moreRemedies: 0,
      owners: [],
      outlook: [],
      figures: [],
    });
  });
});

describe('links', () => {
  test('are followed only where they lead to the web', () => {
    const links = [
      { label: 'Dashboard', url: 'https://eu-west-1.console.aws.amazon.com/x' },
      { label: 'Trap', url: 'javascript:alert(1)' },
      { label: 'Endless', url: `https://a.example/${'x'.repeat(1_000)}` },
    ];
    expect(
      composeMessage(exampleMessage([exampleTransition(finding)], { links })).links.map(({ label }) => label),
    ).toEqual(['Dashboard']);
  });
});

test('the summary for a lock screen is the headline and when it runs out', () => {
  expect(composeMessage(messageNamed('surge')).summary).toBe(
    'Critical: Addresses in batch-eu-west-1b are being used up at 118 an hour. At this pace empty at about 15:58 UTC',
  );
});

test('the same message reads the same every time', () => {
  for (const message of Object.values(MADE_MESSAGES))
    expect(composeMessage(message)).toEqual(composeMessage(structuredClone(message)));
});
