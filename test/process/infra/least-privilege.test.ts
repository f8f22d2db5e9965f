import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import { addressNumber } from '../../../lab/cni/ipv4-range.ts';
import type { LabCall } from '../../../lab/dispatch.ts';
import type { EstateBlueprint } from '../../../lab/estate/estate.ts';
import { EXTERNAL_ID, labAccount, SCAN_ROLE } from '../../../lab/estate/estate.ts';
import { type Scenario, scenarioEstate } from '../../../lab/estate/scenario.ts';
import { estateNamed } from '../../../lab/estates/index.ts';
import { HUB_ACCOUNT, organization } from '../../../lab/estates/organization.ts';
import { vanishedRole } from '../../../lab/faults/catalogue.ts';
import type { Fault } from '../../../lab/faults/fault.ts';
import { type CannedAws, startCannedAws } from '../../fixtures/canned-aws.ts';
import { deployHeadroom } from '../../fixtures/deployed-headroom.ts';
import { packageDeployment } from '../../fixtures/infra/packaged.ts';
import { listOf, type Template } from '../../fixtures/infra/template.ts';
import { identityStatements } from '../../fixtures/infra/template-checks.ts';

/**
 * Each role against the calls that the code really makes: everything there is to call is called in the lab, and written
 * down by who called it. Nothing may be missing from a policy, and nothing in it may be unused.
 */

const FOLDER = `dist/test-package-least-privilege-${process.pid}`;
const HEADROOM_YML = join(import.meta.dirname, '../../fixtures/infra/headroom.yml');
const SPOKE_ROLE = join(import.meta.dirname, '../../../infra/lambda/spoke-role.yml');
const DAY = 24 * 3_600_000;

const PREFIXES: Readonly<Record<string, string>> = {
  'auto-scaling': 'autoscaling',
  'secrets-manager': 'secretsmanager',
  'service-quotas': 'servicequotas',
};

/** What a call needs. Some operations are named unlike their action, and some need a second one. */
const actionsOf = ({ service, action, parameters }: LabCall): readonly string[] => {
  const name = `${PREFIXES[service] ?? service}:${action}`;
  if (name === 'sqs:SendMessageBatch') return ['sqs:SendMessage'];
  if (name === 'sts:AssumeRole' && parameters['SourceIdentity'] !== undefined)
    return [name, 'sts:SetSourceIdentity'];
  return [name];
};

/** What Lambda and SNS do in the name of a role without any code of ours; docs/unverified.md names the sources. */
const DONE_BY_AWS: Readonly<Record<string, readonly string[]>> = {
  PlanScanRole: ['kms:Decrypt', 'kms:GenerateDataKey', 'logs:CreateLogStream', 'logs:PutLogEvents'],
  ScanTargetRole: [
    'kms:Decrypt',
    'kms:GenerateDataKey',
    'logs:CreateLogStream',
    'logs:PutLogEvents',
    'sqs:DeleteMessage',
    'sqs:GetQueueAttributes',
    'sqs:ReceiveMessage',
  ],
};

interface Called {
  readonly plan: Set<string>;
  readonly scan: Set<string>;
  readonly spoke: Set<string>;
}

const called: Called = { plan: new Set(), scan: new Set(), spoke: new Set() };

interface Run {
  /** Goes wrong on the first day alone. */
  readonly atFirst?: Fault;
  readonly estate: EstateBlueprint;
  readonly hub: string;
  readonly configuration: string;
  /** When runs are made, in days after the first. */
  readonly days?: readonly number[];
}

const record = async ({ estate, hub, configuration, days = [0], atFirst }: Run): Promise<void> => {
  const start = Date.now();
  vi.useFakeTimers({ toFake: ['Date'], now: start });
  const headroom = await deployHeadroom({
    estate,
    accountId: hub,
    configuration,
    secrets: { 'headroom/slack/payments': slack.url },
    parameters: { '/headroom/slack/platform': slack.url },
  });
  headroom.lab.muteRules.push({
    name: 'maintenance',
    alarms: [
      {
        name: 'low',
        namespace: 'VpcHeadroom',
        metric: 'AvailableAddresses',
        dimensions: { SubnetId: 'subnet-01' },
      },
    ],
  });
  try {
    const note = (own: Set<string>, calls: readonly LabCall[]): void => {
      for (const call of calls) {
        // The queue that stands in for Lambda's poller is asked by the test.
        if (['CreateQueue', 'ReceiveMessage', 'DeleteMessage'].includes(call.action)) continue;
        for (const action of actionsOf(call)) (call.accountId === hub ? own : called.spoke).add(action);
      }
    };
    let working = called.plan;
    headroom.dynamo.fates = ({ operation }) => {
      working.add(`dynamodb:${operation}`);
      return 'answered';
    };
    if (atFirst !== undefined) headroom.lab.faults.inject({ service: 'sts', action: 'AssumeRole' }, atFirst);
    for (const day of days) {
      if (day > 0) headroom.lab.faults.clear();
      vi.setSystemTime(start + day * DAY);
      headroom.lab.clock.set(start + day * DAY);
      headroom.lab.calls.length = 0;
      working = called.plan;
      await headroom.plan();
      note(called.plan, headroom.lab.calls);
      headroom.lab.calls.length = 0;
      working = called.scan;
      await headroom.drain();
      note(called.scan, headroom.lab.calls);
    }
  } finally {
    await headroom.close();
    vi.useRealTimers();
  }
};

const OWNERS = '111122223333';
const PARTICIPANT = '444455556666';

/** A subnet that is nearly full for a day, with a node of a type that the shipped table lacks. */
const oddSubnet =
  (ownerId: string): Scenario =>
  (world) => {
    const vpc = world.createVpc({ ownerId, region: 'eu-west-1', cidrBlock: '10.9.0.0/16', name: 'odd' });
    const { subnetId } = world.createSubnet({ vpcId: vpc.vpcId, cidrBlock: '10.9.0.0/28', name: 'odd-a' });
    const instanceId = world.newId('i');
    const attachment = { instanceId, instanceOwnerId: ownerId, deviceIndex: 0 };
    const { addresses } = world.createInterface({
      subnetId,
      description: 'Primary network interface',
      attachment,
    });
    const crowd = world.createInterface({ subnetId, description: 'a crowd', secondaryAddresses: 8 });
    world.instances.set(instanceId, {
      instanceId,
      instanceType: 'z99.huge',
      state: 'running',
      subnetId,
      vpcId: vpc.vpcId,
      availabilityZone: 'eu-west-1a',
      ownerId,
      privateAddress: addresses[0] ?? null,
      launchTime: new Date(world.now),
      operator: null,
      tags: {},
    });
    return (elapsed) => {
      if (elapsed >= DAY && world.interfaces.has(crowd.networkInterfaceId)) {
        world.interfaces.delete(crowd.networkInterfaceId);
        for (const address of crowd.addresses) world.pool(subnetId).releaseAddress(addressNumber(address));
      }
    };
  };

/** What makes Headroom ask for an instance type, and forget an alert. */
const oddities = scenarioEstate({
  name: 'oddities',
  description: 'nodes of an unknown type, in subnets that are full for a day',
  accounts: [labAccount(OWNERS, 'owner', ['eu-west-1']), labAccount(PARTICIPANT, 'other', ['eu-west-1'])],
  scenarios: [oddSubnet(OWNERS), oddSubnet(PARTICIPANT)],
});

const everyOwner = (): EstateBlueprint => {
  const estate = estateNamed('every-owner');
  if (estate === undefined) throw new Error('There is no estate every-owner.');
  return estate;
};

let template: Template;
let slack: CannedAws;

beforeAll(async () => {
  slack = await startCannedAws(() => ({ body: 'ok' }));
  const role = `roleName: ${SCAN_ROLE}\n  externalId: ${EXTERNAL_ID}\n  sourceIdentity: headroom`;
  await record({
    estate: organization,
    hub: HUB_ACCOUNT,
    configuration: `
targets:
  organization: { organizationalUnits: [ou-lab1-production], tags: { team: "" }, include: ["${HUB_ACCOUNT}"] }
  regions: enabled
  ${role}
`.replace('ou-lab1-production', 'r-lab1'),
  });
  await record({
    estate: organization,
    hub: HUB_ACCOUNT,
    configuration: `
targets:
  organization: {}
  regions: [eu-west-1]
  ${role}
`,
  });
  for (const hub of [OWNERS, PARTICIPANT]) {
    await record({
      estate: everyOwner(),
      hub,
      configuration: `
targets:
  accounts: ["${OWNERS}"]
  regions: [eu-west-1]
  ${role}
metrics: { compat: true }
`,
    });
  }
  await record({
    estate: oddities,
    hub: OWNERS,
    // Something is wrong at first, right a day later, and forgotten a good week after that.
    atFirst: vanishedRole(),
    days: [0, 1, 3, 20],
    configuration: `
targets:
  accounts: ["${OWNERS}", "${PARTICIPANT}"]
  regions: [eu-west-1]
  ${role}
alerts:
  rules:
    addresses-low: { for: 0s }
    coverage: { for: 0s, staleAfter: 30d }
destinations:
  payments: { slack: { secret: headroom/slack/payments } }
  platform: { slack: { parameter: /headroom/slack/platform } }
routes:
  - { to: [payments, platform, default] }
`,
  });
  ({ template } = await packageDeployment(FOLDER, {}, { HEADROOM_YML }));
}, 480_000);

afterAll(async () => {
  await slack.close();
  await rm(join(import.meta.dirname, '../../..', FOLDER), { recursive: true, force: true });
});

const allowed = (roleId: string): readonly string[] =>
  [...new Set(identityStatements(template, roleId).flatMap(({ actions }) => actions))].toSorted();

const spokeTemplate = (): Template => {
  // The intrinsics' short forms do not matter here: only actions are read.
  const withoutTags = readFileSync(SPOKE_ROLE, 'utf8').replace(/!(Ref|Sub|GetAtt) /g, '');
  return parse(withoutTags) as Template;
};

describe('each role may do what its function does, and nothing else', () => {
  test('PlanScanRole', () => {
    expect([...called.plan, ...(DONE_BY_AWS['PlanScanRole'] ?? [])].toSorted()).toEqual(
      allowed('PlanScanRole'),
    );
  });

  test('ScanTargetRole', () => {
    expect([...called.scan, ...(DONE_BY_AWS['ScanTargetRole'] ?? [])].toSorted()).toEqual(
      allowed('ScanTargetRole'),
    );
  });

  test('the role in other accounts', () => {
    const statements = identityStatements(spokeTemplate(), 'ReaderRole');
    expect([...called.spoke].toSorted()).toEqual(statements.flatMap(({ actions }) => actions).toSorted());
  });

  test('the role in other accounts can only read', () => {
    const actions = identityStatements(spokeTemplate(), 'ReaderRole').flatMap(({ actions }) => actions);
    expect(actions.filter((action) => !/^\w+:(Describe|Get|List)[A-Z]/.test(action))).toEqual([]);
  });

  test('and is trusted to two roles of the hub, with an external ID', () => {
    const { AssumeRolePolicyDocument } = spokeTemplate().Resources['ReaderRole']?.Properties ?? {};
    expect(AssumeRolePolicyDocument).toMatchObject({
      Statement: [
        {
          Effect: 'Allow',
          Condition: {
            StringEquals: { 'sts:ExternalId': 'ExternalId' },
            ArnEquals: {
              'aws:PrincipalArn': [
                expect.stringMatching(/-plan-scan$/),
                expect.stringMatching(/-scan-target$/),
              ],
            },
          },
        },
      ],
    });
    const hub = ['PlanScanRole', 'ScanTargetRole'].map(
      (id) => template.Resources[id]?.Properties?.['RoleName'],
    );
    expect(hub).toEqual(['headroom-prod-eu-west-1-plan-scan', 'headroom-prod-eu-west-1-scan-target']);
    expect(listOf(AssumeRolePolicyDocument)).toHaveLength(1);
  });
});

test('the comparison notices a permission that is missing, and one that is not used', () => {
  const without = [...called.scan].filter((action) => action !== 'ec2:DescribeSubnets');
  expect([...without, ...(DONE_BY_AWS['ScanTargetRole'] ?? [])].toSorted()).not.toEqual(
    allowed('ScanTargetRole'),
  );
  const more = [...called.scan, 'ec2:DescribeAddresses'];
  expect([...more, ...(DONE_BY_AWS['ScanTargetRole'] ?? [])].toSorted()).not.toEqual(
    allowed('ScanTargetRole'),
  );
});
