import { LabError } from '../http/lab-error.ts';
import { type PageLimits, pageOf } from '../http/pages.ts';
import { requiredText } from '../http/parameters.ts';
import { awsJson } from '../http/protocol.ts';
import type { Action, LabService } from '../service.ts';
import { eachOf } from './ec2/each-of.ts';

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

/** Service Quotas API reference: `MaxResults` is 1 to 100. */
const PAGE: PageLimits = {
  parameter: 'MaxResults',
  token: 'NextToken',
  minimum: 1,
  maximum: 100,
  otherwise: 100,
};

/** Quotas that apply to the account. One that never was raised may be left out: Service Quotas API reference, ListServiceQuotas. */
const listServiceQuotas: Action = ({ parameters, view }) => {
  const service = requiredText(parameters, 'ServiceCode');
  const quotas = [...eachOf(view().quotas)].filter((quota) => quota.service === service);
  const page = pageOf(quotas, `ListServiceQuotas ${service}`, parameters, PAGE);
  return {
    Quotas: page.map(({ code, name, value }) => ({
      ServiceCode: service,
      QuotaCode: code,
      QuotaName: name,
      Value: value,
      Adjustable: true,
      GlobalQuota: false,
    })),
    NextToken: page.nextToken,
  };
};

export const serviceQuotas: LabService = {
  name: 'service-quotas',
  signingName: 'servicequotas',
  iamPrefix: 'servicequotas',
  protocols: [awsJson('1.1')],
  actions: {
    ListServiceQuotas: listServiceQuotas,
    RequestServiceQuotaIncrease: requestServiceQuotaIncrease,
  },
};
