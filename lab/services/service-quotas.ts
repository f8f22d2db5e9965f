import { LabError } from '../http/lab-error.ts';
import { requiredText } from '../http/parameters.ts';
import { awsJson } from '../http/protocol.ts';
import type { Action, LabService } from '../service.ts';

/** IPv4 blocks of a VPC: 5, and up to 50 on request. Source: VPC user guide, quotas. */
const CIDR_BLOCKS = { code: 'L-83CA0A9D', maximum: 50 } as const;

/** AWS answers within days; the lab grants at once. */
const requestServiceQuotaIncrease: Action = ({ parameters, change }) => {
  const code = requiredText(parameters, 'QuotaCode');
  const wanted = Number(requiredText(parameters, 'DesiredValue'));
  if (requiredText(parameters, 'ServiceCode') !== 'vpc' || code !== CIDR_BLOCKS.code) {
    throw new LabError('NoSuchResourceException', 'The request failed because the quota does not exist.');
  }
  const granted = change((world) => {
    if (wanted <= world.cidrBlocksPerVpc || wanted > CIDR_BLOCKS.maximum) return false;
    world.cidrBlocksPerVpc = wanted;
    return true;
  });
  if (!granted) throw new LabError('IllegalArgumentException', 'The desired value is not an increase.');
  return {
    RequestedQuota: { ServiceCode: 'vpc', QuotaCode: code, DesiredValue: wanted, Status: 'APPROVED' },
  };
};

export const serviceQuotas: LabService = {
  name: 'service-quotas',
  signingName: 'servicequotas',
  iamPrefix: 'servicequotas',
  protocols: [awsJson('1.1')],
  actions: { RequestServiceQuotaIncrease: requestServiceQuotaIncrease },
};
