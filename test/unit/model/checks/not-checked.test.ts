import { expect, test } from 'vitest';
import { DEFAULT_POLICY } from '../../../../shared/config/default-policy.ts';
import type { SettingsFor } from '../../../../shared/model/checks/check.ts';
import { CHECKS } from '../../../../shared/model/checks/checks.ts';
import type { Listing } from '../../../../shared/model/checks/listings.ts';
import { listNotChecked, runChecks } from '../../../../shared/model/checks/run-checks.ts';
import { aSubnet } from '../../../fixtures/assessments.ts';
import { aCluster, anEstate, outcomesOf } from '../../../fixtures/findings-input.ts';

const UNFORECAST = { forecast: {}, unknowns: [] };

/** What is not checked of the supply of addresses, with the resources that it is about. */
const ofAddresses = (subnets: readonly ReturnType<typeof aSubnet>[]) =>
  listNotChecked(outcomesOf({ subnets }))
    .filter(({ kind }) => kind.startsWith('addresses-'))
    .map(({ kind, label, reason, subjects }) => [kind, label, reason, subjects.map(({ id }) => id)]);

test('resources with one reason stand together, in the order of the checks', () => {
  const [a, b] = [aSubnet(UNFORECAST), aSubnet({ ...UNFORECAST, subnetId: 'subnet-0b' })];
  expect(ofAddresses([a, b])).toMatchInlineSnapshot(`
    [
      [
        "addresses-surge",
        "Addresses are used up fast",
        "The last 90 minutes were not measured often enough.",
        [
          "subnet-0a",
          "subnet-0b",
        ],
      ],
      [
        "addresses-exhaustion",
        "Addresses will run out",
        "No forecast was made.",
        [
          "subnet-0a",
          "subnet-0b",
        ],
      ],
    ]
  `);
});

test('of a supply of which something is listed the rest is left out', () => {
  const [empty, full] = [
    aSubnet({ ...UNFORECAST, available: 0 }),
    aSubnet({ ...UNFORECAST, subnetId: 'subnet-0b' }),
  ];
  expect(ofAddresses([empty, full])).toMatchInlineSnapshot(`
    [
      [
        "addresses-surge",
        "Addresses are used up fast",
        "The last 90 minutes were not measured often enough.",
        [
          "subnet-0b",
        ],
      ],
      [
        "addresses-exhaustion",
        "Addresses will run out",
        "No forecast was made.",
        [
          "subnet-0b",
        ],
      ],
    ]
  `);
});

test('a check that is switched off is none that could not be made', () => {
  const settings: SettingsFor = (rule) => ({ ...DEFAULT_POLICY.rules[rule], enabled: false });
  const estate = anEstate({ subnets: [aSubnet(UNFORECAST)], eksClusters: null, elasticAddresses: null });
  expect(listNotChecked(runChecks(CHECKS, { estate, settings, isUnread: estate.isUnread }))).toEqual([]);
});

test('a check that a missing listing leaves in doubt is named, unless it found something anyway', () => {
  const listings = new Set<Listing>(['instances', 'groups']);
  const estate = anEstate({
    subnets: [aSubnet()],
    clusters: [aCluster()],
    unread: { listings, clusters: new Set(), reservationsOf: new Set(['subnet-0a']) },
  });
  const settings: SettingsFor = (rule) => DEFAULT_POLICY.rules[rule];
  const outcomes = runChecks(CHECKS, { estate, settings, isUnread: estate.isUnread });
  const reasons = listNotChecked(outcomes).filter(({ kind }) =>
    ['leaked-interfaces', 'unusable-prefixes', 'lone-subnet'].includes(kind),
  );
  expect(reasons.map(({ kind, reason }) => `${kind}: ${reason}`)).toMatchInlineSnapshot(`
    [
      "lone-subnet: Not listed: CIDR reservations, instances, Auto Scaling groups.",
      "leaked-interfaces: Not listed: instances.",
      "unusable-prefixes: Not listed: CIDR reservations, instances, Auto Scaling groups.",
    ]
  `);
});
