import { listOf } from '../base/text/names.ts';
import { verb } from '../base/text/numbers.ts';
import type { Unknown } from '../result/unknown.ts';
import { unknownSettings } from './cni-in-cluster.ts';
import { type KubernetesReading, unreadParts } from './observed.ts';

/** What a reading was asked for and does not know, with the missing permission. */
export const kubernetesUnknowns = (reading: KubernetesReading): readonly Unknown[] => [
  ...unreadParts(reading)
    .filter(({ unread }) => unread.reason !== 'not-asked')
    .map(({ part, unread }) => ({ field: `kubernetes.${part}`, reason: unread.message })),
  ...settingsFromElsewhere(reading),
  ...nodesWithoutInstance(reading),
];

const settingsFromElsewhere = ({ awsNode }: KubernetesReading): readonly Unknown[] =>
  awsNode.known && awsNode.value !== null && awsNode.value.envFromElsewhere.length > 0
    ? [
        {
          field: 'kubernetes.awsNode',
          reason: `${unknownSettings(awsNode.value.envFromElsewhere)} The settings of the add-on, or the defaults, are taken in place of those of aws-node. Write the values into the DaemonSet itself.`,
        },
      ]
    : [];

const NAMES_SHOWN = 3;

const nodesWithoutInstance = ({ nodes }: KubernetesReading): readonly Unknown[] => {
  if (!nodes.known) return [];
  const names = nodes.value.flatMap(({ instanceId, name, runsVpcCni }) =>
    instanceId === null && runsVpcCni ? [name] : [],
  );
  return names.length === 0
    ? []
    : [
        {
          field: 'kubernetes.nodes',
          reason: `${listOf(names, NAMES_SHOWN)} ${verb(names.length, 'names')} no EC2 instance (spec.providerID), so the addresses of ${names.length === 1 ? 'its' : 'their'} pods are not explained. The kubelet or the cloud controller manager sets it.`,
        },
      ];
};
