import fc from 'fast-check';
import { expect, test } from 'vitest';
import { limitsOf } from '../../../shared/model/cluster/instance-limits.ts';
import { DEFAULT_CNI_SETTINGS } from '../../../shared/model/cni/cni-settings.ts';
import { firstOverlap } from '../../../shared/model/net/free-ranges.ts';
import { planSize } from '../../../shared/model/plan/size.ts';
import { SIZE_MODES } from '../../../shared/model/plan/size-plan.ts';
import { type FleetSubnet, LabFleet } from '../../fixtures/lab-fleet.ts';

const questions = fc.record({
  nodes: fc.integer({ min: 1, max: 12 }),
  type: fc.constantFrom('m5.large', 'm5.xlarge', 't3.medium', 'c5.2xlarge'),
  podsPerNode: fc.integer({ min: 1, max: 40 }),
  mode: fc.constantFrom(...SIZE_MODES),
  growthPercent: fc.integer({ min: 0, max: 100 }),
  seed: fc.nat(),
});

test('subnets of these sizes hold what was asked in the lab, and no two ranges overlap', () => {
  fc.assert(
    fc.property(questions, ({ mode, seed, ...question }) => {
      const settings = { ...DEFAULT_CNI_SETTINGS, prefixDelegation: false, customNetworking: false };
      const [answer] = planSize(
        {
          ...question,
          zones: 1,
          zonesThatHoldAll: 1,
          surgePerZone: 1,
          services: 100,
          loadBalancers: 1,
          settings,
          modes: [mode],
          within: ['10.0.0.0/16'],
          taken: [{ range: '10.0.0.0/24', owner: 'another' }],
        },
        (type) => limitsOf(type),
      ).modes;
      if (answer === undefined) throw new Error('no answer');
      expect(answer.fits).toBe(true);
      const cidrs = answer.ranges.flatMap(({ cidr }) => cidr ?? []);
      for (const [index, cidr] of cidrs.entries())
        expect(firstOverlap([cidr], [...cidrs.slice(index + 1), '10.0.0.0/24'])).toBeNull();

      const subnets = answer.ranges
        .filter(({ purpose }) => purpose === 'nodes' || purpose === 'pods')
        .map(
          ({ purpose, cidr }): FleetSubnet => ({
            subnetId: `subnet-${purpose}`,
            cidr: cidr ?? '',
            zone: 'eu-west-1a',
            ...(purpose === 'pods' ? { podsOf: 'subnet-nodes' } : {}),
          }),
        );
      const fleet = new LabFleet(
        subnets,
        {
          ...settings,
          prefixDelegation: mode.endsWith('prefix'),
          customNetworking: mode.startsWith('custom'),
        },
        seed,
      );
      for (const { purpose, reservations } of answer.ranges)
        for (const range of reservations) fleet.pool(`subnet-${purpose}`).reserve(range, 'prefix');
      const perNode = Math.ceil((question.nodes * question.podsPerNode) / Math.max(1, question.nodes));
      for (let index = 0; index < answer.nodesPerZone; index += 1) {
        const member = fleet.start(question.type, 'subnet-nodes');
        expect(member, `node ${index + 1} of ${answer.nodesPerZone}`).not.toBeNull();
        if (member !== null)
          expect(fleet.run(member, Math.min(perNode, member.cni.maxPodAddresses))).toBe(true);
      }
    }),
    { numRuns: 300 },
  );
});
