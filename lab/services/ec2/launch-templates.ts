import type { LabLaunchTemplate } from '../../estate/records.ts';
import { LabError } from '../../http/lab-error.ts';
import { optionalText, textList } from '../../http/parameters.ts';
import type { XmlRecord } from '../../http/xml.ts';
import type { Action } from '../../service.ts';
import { eachOf } from './each-of.ts';

/** EC2 API reference, DescribeLaunchTemplateVersions: versions of one template, or those of all of them where none is named. */
export const describeLaunchTemplateVersions: Action = ({ parameters, view }) => {
  const id = optionalText(parameters, 'LaunchTemplateId');
  const templates = [...eachOf(view().launchTemplates)].filter(
    ({ launchTemplateId }) => id === null || launchTemplateId === id,
  );
  if (id !== null && templates.length === 0) {
    throw new LabError(
      'InvalidLaunchTemplateId.NotFound',
      `The specified launch template, with template ID ${id}, does not exist.`,
    );
  }
  return {
    launchTemplateVersionSet: templates.flatMap((template) =>
      textList(parameters, 'LaunchTemplateVersion').map(() => versionItem(template)),
    ),
  };
};

const versionItem = ({ launchTemplateId, interfaces, userData }: LabLaunchTemplate): XmlRecord => ({
  launchTemplateId,
  versionNumber: 1,
  defaultVersion: true,
  launchTemplateData: {
    networkInterfaceSet: interfaces.map((each) => ({
      deviceIndex: each.deviceIndex,
      ...(each.networkCardIndex === undefined ? {} : { networkCardIndex: each.networkCardIndex }),
      ...(each.interfaceType === undefined ? {} : { interfaceType: each.interfaceType }),
      ...(each.subnetId === undefined ? {} : { subnetId: each.subnetId }),
      ...(each.secondaries === undefined ? {} : { secondaryPrivateIpAddressCount: each.secondaries }),
      ...(each.prefixes === undefined ? {} : { ipv4PrefixCount: each.prefixes }),
    })),
    ...(userData === undefined ? {} : { userData: Buffer.from(userData).toString('base64') }),
  },
});
