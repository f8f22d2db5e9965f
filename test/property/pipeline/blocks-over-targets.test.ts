import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DEFAULT_POLICY } from '../../../shared/config/default-policy.ts';
import type { VpcConnection } from '../../../shared/model/aws/inventory.ts';
import type { TargetAssessment } from '../../../shared/model/result/assessment.ts';
import type { AssessedTarget } from '../../../shared/model/target/target-assessor.ts';
import { checkTarget } from '../../../shared/pipeline/check-target.ts';
import { createMemoryStateStore } from '../../../shared/state/memory-state-store.ts';
import type { CacheStore } from '../../../shared/state/state-store.ts';
import { aSubnet } from '../../fixtures/assessments.ts';
import { aCluster, anInput, aVpcAssessment } from '../../fixtures/findings-input.ts';

/** Several targets, each scanned by an invocation of its own, at the same time and in any order. */

const numberOf = (cidr: string): { first: number; last: number } => {
  const [text = '', length = ''] = cidr.split('/');
  const first = text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  return { first, last: first + 2 ** (32 - Number(length)) - 1 };
};

/** The naive oracle: two ranges share an address. */
const share = (a: string, b: string): boolean => {
  const [left, right] = [numberOf(a), numberOf(b)];
  return left.first <= right.last && right.first <= left.last;
};

interface DrawnVpc {
  readonly vpcId: string;
  readonly cidrBlocks: readonly string[];
  /** Whether its subnet takes up all of it, so that a new block is the way out. */
  readonly isFull: boolean;
}

const arbitraryVpc = (vpcId: string): fc.Arbitrary<DrawnVpc> =>
  fc.record({
    vpcId: fc.constant(vpcId),
    isFull: fc.integer({ min: 0, max: 3 }).map((each) => each > 0),
    cidrBlocks: fc
      .tuple(
        fc.constantFrom('10.0.0.0/24', '172.16.0.0/24', '192.168.0.0/24'),
        fc.subarray(['100.64.0.0/16', '100.65.0.0/20', '100.72.0.0/13']),
      )
      .map(([primary, more]) => [primary, ...more]),
  });

/** Up to five targets with two VPCs each. */
const arbitraryTargets = fc
  .integer({ min: 2, max: 5 })
  .chain((count) =>
    fc.tuple(
      ...Array.from({ length: count }, (_, target) =>
        fc.tuple(arbitraryVpc(`vpc-${target}a`), arbitraryVpc(`vpc-${target}b`)),
      ),
    ),
  );

/** Which VPCs, by their place in the list, meet on one gateway. */
const arbitraryGateways = fc.array(fc.uniqueArray(fc.nat(9), { minLength: 2, maxLength: 6 }), {
  maxLength: 3,
});

const targetOf = (vpcs: readonly DrawnVpc[], vpcConnections: readonly VpcConnection[]): AssessedTarget => {
  const subnets = vpcs.map(({ cidrBlocks, isFull, vpcId }) =>
    aSubnet({
      subnetId: `subnet-${vpcId}`,
      vpcId,
      cidrBlock: isFull ? (cidrBlocks[0] ?? null) : '10.0.0.0/28',
      available: 3,
      availableSingle: 3,
    }),
  );
  const input = anInput({
    vpcs: vpcs.map(({ cidrBlocks, isFull, vpcId }) =>
      aVpcAssessment({ vpcId, cidrBlocks: isFull ? cidrBlocks.slice(0, 1) : cidrBlocks }),
    ),
    subnets,
    clusters: vpcs.map(({ vpcId }) =>
      aCluster({ clusterName: vpcId, vpcId, nodeSubnetIds: [`subnet-${vpcId}`] }),
    ),
    vpcConnections,
  });
  return { assessment: { ...input, findings: [] }, estate: input };
};

/** Each call of it may be overtaken by those of other targets. */
const scheduled = (cache: CacheStore, scheduler: fc.Scheduler): CacheStore => {
  const turn = () => scheduler.schedule(Promise.resolve());
  return {
    get: (key, now, form) => turn().then(() => cache.get(key, now, form)),
    getMany: (keys, now, form) => turn().then(() => cache.getMany(keys, now, form)),
    put: (key, value, expiresAt) => turn().then(() => cache.put(key, value, expiresAt)),
    putMany: (values, expiresAt) => turn().then(() => cache.putMany(values, expiresAt)),
    exchange: (key, exchange) => turn().then(() => cache.exchange(key, exchange)),
  };
};

interface Offered {
  readonly vpcId: string;
  readonly range: string;
}

/** The blocks by what people paste: one for each command that associates one. */
const offeredBy = ({ findings }: TargetAssessment): readonly Offered[] =>
  findings
    .flatMap(({ remedies }) => remedies.flatMap(({ commands }) => commands))
    .flatMap((command) => {
      const [, vpcId, range] =
        /associate-vpc-cidr-block --vpc-id (\S+) --cidr-block (\S+)/.exec(command) ?? [];
      return vpcId === undefined || range === undefined ? [] : [{ vpcId, range }];
    });

test('no two targets offer overlapping blocks, nor one that a connected VPC has, in whatever order they are scanned', async () => {
  let several = 0;
  await fc.assert(
    fc.asyncProperty(
      arbitraryTargets,
      arbitraryGateways,
      fc.scheduler(),
      async (targets, gateways, scheduler) => {
        const vpcs = targets.flat();
        const rangesOf = ({ cidrBlocks, isFull }: DrawnVpc) => (isFull ? cidrBlocks.slice(0, 1) : cidrBlocks);
        const connections = gateways.map(
          (members, index): VpcConnection => ({
            kind: 'transit-gateway',
            id: `tgw-${index}`,
            vpcs: [...new Set(members.map((member) => vpcs[member % vpcs.length]))].flatMap((vpc) =>
              vpc === undefined ? [] : { vpcId: vpc.vpcId, accountId: null, cidrBlocks: rangesOf(vpc) },
            ),
          }),
        );
        const cache = scheduled(createMemoryStateStore().cache, scheduler);
        const scanAll = async (now: number): Promise<readonly Offered[]> => {
          const scans = targets.map((own) =>
            checkTarget(targetOf(own, connections), DEFAULT_POLICY, cache, now),
          );
          await scheduler.waitFor(Promise.all(scans));
          return (await Promise.all(scans)).flatMap(({ assessment }) => offeredBy(assessment));
        };

        const offered = await scanAll(0);
        for (const [index, { range, vpcId }] of offered.entries()) {
          const others = offered.slice(index + 1).filter((other) => other.vpcId !== vpcId);
          expect(others.filter((other) => share(other.range, range))).toEqual([]);
          const connected = connections
            .filter((connection) => connection.vpcs.some((vpc) => vpc.vpcId === vpcId))
            .flatMap((connection) => connection.vpcs.flatMap(({ cidrBlocks }) => cidrBlocks ?? []));
          expect(connected.filter((each) => share(each, range))).toEqual([]);
        }
        if (new Set(offered.map(({ vpcId }) => vpcId)).size > 1) several += 1;
        // Messages stay as they are while nothing changes.
        const sorted = (list: readonly Offered[]) =>
          list.map(({ range, vpcId }) => `${vpcId} ${range}`).toSorted();
        expect(sorted(await scanAll(300_000))).toEqual(sorted(offered));
      },
    ),
    { numRuns: 100 },
  );
  expect(several).toBeGreaterThan(0);
});
