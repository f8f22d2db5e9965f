import { kubectl, type ShellVariable } from '../../base/commands.ts';
import type { SubnetAssessment } from '../../result/assessment.ts';
import type { Precondition } from '../../result/finding.ts';
import type { Estate } from '../estate.ts';
import { clustersUsing, KARPENTER_TAG } from './cluster-subnets.ts';

/** Instances name the class that they were started by. Sources: Karpenter, EKS Auto Mode (IAM condition keys). */
const CLASSES = [
  { tag: 'karpenter.k8s.aws/ec2nodeclass', resource: 'ec2nodeclasses.karpenter.k8s.aws' },
  { tag: 'eks:kubernetes-node-class-name', resource: 'nodeclasses.eks.amazonaws.com' },
] as const;

/** EKS Auto Mode's own class cannot be changed: EKS writes it again. */
const EKS_OWN = 'nodeclasses.eks.amazonaws.com/default';

/** `<resource>/<name>` of the classes whose nodes run in the subnet. */
const classesIn = (estate: Estate, subnet: SubnetAssessment): readonly string[] => [
  ...new Set(
    clustersUsing(estate, subnet)
      .flatMap(({ nodes }) => nodes.filter(({ subnetId }) => subnetId === subnet.subnetId))
      .flatMap(({ instanceId }) => {
        const tags = estate.input.instances?.get(instanceId)?.tags ?? {};
        return CLASSES.flatMap(({ resource, tag }) => {
          const name = tags[tag];
          return name === undefined ? [] : [`${resource}/${name}`];
        });
      }),
  ),
];

/** Karpenter's tag is copied to the new subnet. */
const selectsByTag = ({ tags }: SubnetAssessment): boolean => tags[KARPENTER_TAG] !== undefined;

/** Adds the new subnet to the selection of each class: its terms are alternatives, so what it selects already stays. */
export const nodeClassCommands = (
  estate: Estate,
  subnet: SubnetAssessment,
  variable: ShellVariable,
): readonly string[] =>
  selectsByTag(subnet)
    ? []
    : classesIn(estate, subnet)
        .filter((each) => each !== EKS_OWN)
        .map((each) =>
          kubectl('patch', each, '--type', 'json', '--patch', {
            parts: ['[{"op":"add","path":"/spec/subnetSelectorTerms/-","value":{"id":"', variable, '"}}]'],
          }),
        );

export const nodeClassPreconditions = (estate: Estate, subnet: SubnetAssessment): readonly Precondition[] => {
  const classes = classesIn(estate, subnet);
  return [
    ...(selectsByTag(subnet) && classes.length > 0
      ? [{ text: `${classes.join(', ')} selects subnets by the tag ${KARPENTER_TAG}.`, holds: null }]
      : []),
    ...(classes.includes(EKS_OWN)
      ? [
          {
            text: "Node pools have a NodeClass of their own that selects the new subnet: EKS's default one selects the cluster's.",
            holds: null,
          },
        ]
      : []),
  ];
};
