import type {
  AutoScalingGroup,
  LaunchTemplate,
  LaunchTemplateVersion,
  TemplateInterface,
} from '../aws/inventory.ts';
import { largestOf } from '../base/extremes.ts';
import { normalisedType } from '../owners/owner-marks.ts';
import type { ExtraTake, NodeExtras } from './node-extras.ts';

/** The templates that these groups may launch from, as far as they could be read. */
export const templatesOfGroups = (
  groups: readonly AutoScalingGroup[],
  templates: readonly LaunchTemplate[] = [],
): readonly LaunchTemplate[] => {
  const named = new Set(groups.flatMap(({ launchTemplates = [] }) => launchTemplates.map(keyOf)));
  return templates.filter((template) => named.has(keyOf(template)));
};

/** Templates that these groups name and that could not be read: what they add to a node is not known. */
export const unreadTemplates = (
  groups: readonly AutoScalingGroup[],
  templates: readonly LaunchTemplate[] = [],
): readonly LaunchTemplateVersion[] => {
  const read = new Set(templates.map(keyOf));
  return groups
    .flatMap(({ launchTemplates = [] }) => launchTemplates)
    .filter((template) => !read.has(keyOf(template)));
};

/** Pods that all of these templates set kubelets to admit; `null`: they differ, or one of them says nothing. */
export const maxPodsOfTemplates = (templates: readonly LaunchTemplate[]): number | null => {
  const [only = null, ...others] = new Set(templates.map(({ maxPods = null }) => maxPods));
  return others.length === 0 ? only : null;
};

const keyOf = ({ launchTemplateId, version }: LaunchTemplateVersion): string =>
  `${launchTemplateId}/${version}`;

/** The interface that every instance has, with or without a template. */
export const isPrimary = ({ deviceIndex, networkCardIndex }: TemplateInterface): boolean =>
  deviceIndex === 0 && networkCardIndex === 0;

/** An interface that is EFA alone has no IP address. Source: EC2 user guide, Elastic Fabric Adapter. */
const singlesOf = (each: TemplateInterface): number => {
  if (normalisedType(each.interfaceType) === 'efaonly') return 0;
  return (isPrimary(each) ? 0 : 1) + each.secondaries;
};

/**
 * What a template gives an instance besides its own address: further interfaces, and addresses or prefixes that come with them. The
 * CNI counts those of the primary interface as its own. A node takes them before the CNI starts, and at most so many more in all.
 */
const extrasOfTemplate = ({ interfaces }: LaunchTemplate, subnetId: string): NodeExtras => ({
  takes: [...Map.groupBy(interfaces, (each) => each.subnetId ?? subnetId)].flatMap(
    ([id, here]): readonly ExtraTake[] => {
      const singles = here.reduce((sum, each) => sum + singlesOf(each), 0);
      const prefixes = here.reduce((sum, { prefixes: own }) => sum + own, 0);
      return singles + prefixes === 0 ? [] : [{ subnetId: id, singles, prefixes }];
    },
  ),
  slots: interfaces.filter((each) => each.networkCardIndex === 0 && !isPrimary(each)).length,
});

/** What nodes show and what their templates say are the same interfaces: the larger amount counts, in each subnet. */
export const withTemplates = (
  shown: NodeExtras,
  templates: readonly LaunchTemplate[],
  subnetId: string,
): NodeExtras => mostOf([shown, ...templates.map((template) => extrasOfTemplate(template, subnetId))]);

/** In each subnet the largest amount that one of them says. */
export const mostOf = (all: readonly NodeExtras[]): NodeExtras => {
  const subnetIds = [...new Set(all.flatMap(({ takes }) => takes.map((take) => take.subnetId)))].sort();
  const most = (id: string, amount: (take: ExtraTake) => number): number =>
    largestOf(
      all.map(({ takes }) =>
        takes.filter((take) => take.subnetId === id).reduce((sum, take) => sum + amount(take), 0),
      ),
    );
  return {
    takes: subnetIds.map((id) => ({
      subnetId: id,
      singles: most(id, ({ singles }) => singles),
      prefixes: most(id, ({ prefixes }) => prefixes),
    })),
    slots: largestOf([0, ...all.map(({ slots }) => slots)]),
  };
};
