import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { EKSClient } from '@aws-sdk/client-eks';
import { afterEach, describe, expect, test } from 'vitest';
import { EXTERNAL_ID, labAccount, SCAN_ROLE } from '../../../lab/estate/estate.ts';
import { scenarioEstate } from '../../../lab/estate/scenario.ts';
import { type Lab, startLab } from '../../../lab/lab.ts';
import { createEksClusterSource } from '../../../shared/clusters/eks-cluster-source.ts';
import { DEFAULT_POLICY } from '../../../shared/config/default-policy.ts';
import { createEc2Inventory } from '../../../shared/inventory/ec2-inventory.ts';
import type { TargetAssessment } from '../../../shared/model/result/assessment.ts';
import type { Finding } from '../../../shared/model/result/finding.ts';
import { applyPolicy } from '../../../shared/pipeline/assess.ts';
import { NO_PAST, scanTarget } from '../../../shared/pipeline/scan-target.ts';
import { createMemoryStateStore } from '../../../shared/state/memory-state-store.ts';
import type { CacheStore } from '../../../shared/state/state-store.ts';
import { streamingEc2Client } from '../../fixtures/ec2-clients.ts';
import { headroom } from '../../fixtures/headroom-command.ts';
import { labClient } from '../../fixtures/lab-clients.ts';

const HUB = '111122223333';
const SPOKE = '444455556666';
const REGION = 'eu-west-1';

/** Two accounts with a VPC each on the hub's transit gateway. Their secondary blocks are the same. */
const estate = scenarioEstate({
  name: 'two-accounts',
  description: '',
  accounts: [labAccount(HUB, 'hub', [REGION]), labAccount(SPOKE, 'spoke', [REGION])],
  scenarios: [
    (world) => {
      for (const [index, ownerId] of [HUB, SPOKE].entries()) {
        const { vpcId } = world.createVpc({
          ownerId,
          region: REGION,
          cidrBlock: `10.${index}.0.0/16`,
          name: `vpc-${index}`,
        });
        world.associateCidrBlock(vpcId, '100.64.0.0/16');
        const { subnetId } = world.createSubnet({
          vpcId,
          cidrBlock: `10.${index}.0.0/24`,
          name: `subnet-${index}`,
        });
        world.transitGatewayAttachments.push({
          attachmentId: world.newId('tgw-attach'),
          transitGatewayId: 'tgw-0a1b2c3d4e5f60718',
          vpcId,
          vpcOwnerId: ownerId,
          gatewayOwnerId: HUB,
          region: REGION,
          subnetIds: [subnetId],
          state: 'available',
        });
      }
      return () => undefined;
    },
  ],
});

let lab: Lab | null = null;
afterEach(async () => {
  await lab?.close();
});

const sourcesOf = (url: string, accountId: string) => {
  const settings = labClient({ url }, accountId);
  const target = { accountId, region: REGION };
  return {
    inventory: createEc2Inventory({ client: streamingEc2Client(url, settings), target }),
    clusters: createEksClusterSource({
      eks: new EKSClient(settings),
      autoScaling: new AutoScalingClient(settings),
      target,
    }),
  };
};

const scan = async (url: string, accountId: string, cache: CacheStore): Promise<TargetAssessment> => {
  const assessed = await scanTarget({
    target: { accountId, region: REGION },
    scope: {},
    sources: sourcesOf(url, accountId),
    past: NO_PAST,
    cache,
    now: Date.parse('2026-01-01T00:00:00Z'),
  });
  return applyPolicy(assessed, DEFAULT_POLICY).assessment;
};

const overlaps = ({ findings }: TargetAssessment): readonly string[] =>
  findings
    .filter(({ kind }) => kind === 'overlapping-ranges')
    .flatMap(({ evidence }) => evidence.map(({ value }) => String(value)));

describe("VPCs of two accounts on one account's transit gateway", () => {
  test('overlap, and each scan after the other says so', async () => {
    lab = await startLab({ estate });
    const { cache } = createMemoryStateStore();
    // Neither account can see the other's ranges: the first scan cannot know, and must not say that all is well.
    expect(overlaps(await scan(lab.url, HUB, cache))).toEqual([]);
    expect(overlaps(await scan(lab.url, SPOKE, cache))).toEqual(['100.64.0.0/16 and 100.64.0.0/16']);
    expect(overlaps(await scan(lab.url, HUB, cache))).toEqual(['100.64.0.0/16 and 100.64.0.0/16']);
  });

  test('overlap, and one command over both accounts knows it at once', async () => {
    lab = await startLab({ estate });
    const roles = [HUB, SPOKE].map((accountId) => `arn:aws:iam::${accountId}:role/${SCAN_ROLE}`);
    const { out, err } = await headroom(
      ['findings', '--role-arn', roles.join(','), '--external-id', EXTERNAL_ID, '--format', 'json'],
      lab,
    );
    expect(err).toBe('');
    const { findings } = JSON.parse(out) as { readonly findings: readonly Finding[] };
    const overlapping = findings.filter(({ kind }) => kind === 'overlapping-ranges');
    expect(overlapping.map(({ subject }) => subject.accountId).toSorted()).toEqual([HUB, SPOKE]);
  });
});
