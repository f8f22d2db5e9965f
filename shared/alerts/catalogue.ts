import type { RuleName } from '../model/alert/policy.ts';

/** What people can read about a rule: the reference page (`docs/alerts.md`) is made from this table. */
export interface RuleDescription {
  readonly about: string;
  /** When it raises. */
  readonly raises: string;
  /** When it holds its peace because something could not be measured. */
  readonly unknown: string;
  /** What to make of it. */
  readonly meaning: string;
}

/** Every rule, in the order of the page. */
export const RULE_CATALOGUE: Readonly<Record<RuleName, RuleDescription>> = {
  'addresses-exhaustion': {
    about: 'each subnet with IPv4 addresses',
    raises: 'The forecast expects the available addresses to run out within the lead time.',
    unknown: 'The forecast cannot tell: the history is too short, or has too many gaps.',
    meaning: 'There is time to plan. The message says when, how sure that is, and who takes the addresses.',
  },
  'prefixes-exhaustion': {
    about: 'each subnet from which prefixes are taken',
    raises: 'The forecast expects the free prefixes to run out within the lead time.',
    unknown: 'The forecast cannot tell, or it is not known whether prefixes are taken here.',
    meaning: 'As above, for whole blocks of 16. They usually run out long before single addresses do.',
  },
  'addresses-surge': {
    about: 'each subnet with IPv4 addresses',
    raises:
      'Addresses are used up far faster than at this hour of earlier days, fast enough to run out within hours.',
    unknown: 'There is not enough recent history to compare.',
    meaning: 'Something runs away: a job, a deployment, an autoscaler. Find it before you add space for it.',
  },
  'prefixes-surge': {
    about: 'each subnet from which prefixes are taken',
    raises: 'The same, for free prefixes.',
    unknown:
      'There is not enough recent history to compare, or it is not known whether prefixes are taken here.',
    meaning: 'Nodes start faster than ever, or a node pool has lost its warm-pool settings.',
  },
  'addresses-low': {
    about: 'each subnet with IPv4 addresses',
    raises:
      'The available addresses are below a threshold. Where AWS counts fewer than the interfaces explain, AWS is believed.',
    unknown: "Neither the interfaces nor AWS's own count could be read.",
    meaning: 'The last line: what no forecast saw coming.',
  },
  'prefixes-low': {
    about: 'each subnet from which prefixes are taken',
    raises:
      'The free whole blocks are below a threshold. The share is of the blocks that could ever be prefixes.',
    unknown: 'The interfaces or the reservations of the subnet could not be read.',
    meaning:
      'Nodes that take prefixes will soon fail with InsufficientCidrBlocks, whatever the count of addresses says.',
  },
  'vpc-addresses-low': {
    about: 'each VPC with two subnets or more',
    raises: 'The available addresses of all its subnets together are below a threshold.',
    unknown: 'One of its subnets could not be measured.',
    meaning:
      "The VPC itself is the cause: moving work between subnets no longer helps. Silences the subnets' own alerts that are no worse.",
  },
  fragmented: {
    about: 'each subnet from which prefixes are taken',
    raises: 'At least `minimumAvailable` addresses are free, and not one whole block.',
    unknown: 'The interfaces or the reservations of the subnet could not be read.',
    meaning: 'There are addresses, but not in the shape that the nodes need.',
  },
  findings: {
    about: 'each finding of the model (`docs/findings.md`)',
    raises: "A finding is at least as severe as `minimumSeverity`; the alert has the finding's own severity.",
    unknown: 'The target could not be read in full: a finding that is missing then may still be true.',
    meaning: "See the finding. A selector's `rule` may name its kind, such as `leaked-interfaces`.",
  },
  'scan-failed': {
    about: 'each target, which is one account in one Region',
    raises: 'The last scan learned nothing, or had gaps (then at most a warning).',
    unknown: 'Never.',
    meaning: 'Headroom is blind there. The message names the permission, the role and the account.',
  },
  coverage: {
    about: 'the monitor itself',
    raises: 'Targets that should be scanned have failed, or have not been scanned for `staleAfter`.',
    unknown: 'The list of targets could not be read.',
    meaning: 'The whole view of what is not watched, with what fixes most of it first.',
  },
  'delivery-failing': {
    about: 'the monitor itself',
    raises: 'Messages were refused by their destination and wait.',
    unknown: 'The outboxes could not be read.',
    meaning:
      'Nothing is lost, but people do not hear of it. The metric says so, too, for when no channel works.',
  },
  'dead-letters': {
    about: 'the monitor itself',
    raises: 'Scans were given up on and wait in the dead-letter queue.',
    unknown: 'The queue could not be read.',
    meaning: 'Read why they failed. The same targets are planned again with every run.',
  },
};
