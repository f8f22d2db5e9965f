import { textList } from '../../http/parameters.ts';
import type { Action } from '../../service.ts';

export const describeRegions: Action = ({ parameters, account }) => {
  const named = textList(parameters, 'RegionName');
  return {
    regionInfo: account.regions
      .filter((region) => named.length === 0 || named.includes(region))
      .map((regionName) => ({
        regionName,
        regionEndpoint: `ec2.${regionName}.amazonaws.com`,
        optInStatus: 'opt-in-not-required',
      })),
  };
};

export const getManagedResourceVisibility: Action = ({ account }) => ({
  visibility: { defaultVisibility: account.managedResourceVisibility },
});
