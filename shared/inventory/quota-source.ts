import { ListServiceQuotasCommand, type ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { answeredList, eachItem } from '../model/aws/aws-pages.ts';
import type { ServiceQuota, Target } from '../model/aws/inventory.ts';
import { isUsedQuota } from '../model/aws/service-quotas.ts';

/** Where the quotas of an account in a Region come from. */
export interface QuotaSource {
  /** Those that Headroom uses. One that is not listed has AWS's default. `null`: this source never asked. */
  quotas(): Promise<readonly ServiceQuota[] | null>;
}

/** The most of one page: Service Quotas API reference, `MaxResults`. */
const PAGE_SIZE = 100;

const SERVICES = ['vpc', 'ec2'] as const;

export interface QuotaSourceInput {
  readonly client: ServiceQuotasClient;
  readonly target: Target;
  /** The caller's deadline. */
  readonly signal?: AbortSignal;
  /** The role that the client uses, to name it in failures. */
  readonly roleArn?: string | null;
}

/** Reads the applied quotas of VPC and EC2: one call for each hundred. */
export const createQuotaSource = ({ client, target, signal, roleArn }: QuotaSourceInput): QuotaSource => {
  const options = signal === undefined ? {} : { abortSignal: signal };
  return {
    quotas: async () => {
      const found: ServiceQuota[] = [];
      for (const service of SERVICES) {
        await eachItem(
          { action: 'servicequotas:ListServiceQuotas', target, roleArn: roleArn ?? null },
          async (NextToken) => {
            const command = new ListServiceQuotasCommand({
              ServiceCode: service,
              MaxResults: PAGE_SIZE,
              NextToken,
            });
            const answer = await client.send(command, options);
            return { items: answeredList(answer.Quotas, 'service quotas'), nextToken: answer.NextToken };
          },
          ({ QuotaCode: code, QuotaName: name, Value: value }) => {
            if (code === undefined || name === undefined || value === undefined) return;
            const quota = { service, code, name, value };
            if (isUsedQuota(quota)) found.push(quota);
          },
        );
      }
      return found;
    },
  };
};
