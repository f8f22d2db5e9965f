import { didYouMean } from '../../shared/config/nearest-word.ts';
import type { InstanceLimits } from '../../shared/model/aws/inventory.ts';
import { HeadroomError } from '../../shared/model/base/errors.ts';
import { sentence } from '../../shared/model/base/text/sentence.ts';
import { knownInstanceTypes, limitsOf } from '../../shared/model/cluster/instance-limits.ts';
import { UsageError } from '../base/command-line.ts';

/** What EC2 itself says of the types. */
const askEc2 = async (
  types: readonly string[],
  region: string | undefined,
): Promise<Map<string, InstanceLimits>> => {
  const [{ CallMeter }, { createTargetClients }, { UNKNOWN_ACCOUNT }, { createEc2Inventory }] =
    await Promise.all([
      import('../../shared/aws/call-meter.ts'),
      import('../../shared/aws/clients.ts'),
      import('../../shared/aws/reachable-targets.ts'),
      import('../../shared/inventory/ec2-inventory.ts'),
    ]);
  const clients = createTargetClients({ region, meter: new CallMeter() });
  const inventory = createEc2Inventory({
    client: clients.ec2,
    target: { accountId: UNKNOWN_ACCOUNT, region: region ?? 'default' },
  });
  try {
    return new Map((await inventory.instanceTypes(types)).map((limits) => [limits.type, limits]));
  } finally {
    clients.destroy();
  }
};

/**
 * The limits that EC2 answered: for types that the shipped table lacks, or for all of them with `live`.
 *
 * @throws UsageError for types that neither the table nor EC2 knows
 * @throws HeadroomError where EC2 had to be asked and did not answer
 */
export const lookUpLimits = async (
  types: readonly string[],
  { live, region }: { readonly live: boolean; readonly region: string | undefined },
): Promise<ReadonlyMap<string, InstanceLimits>> => {
  const toAsk = live ? types : types.filter((type) => limitsOf(type) === null);
  let answered = new Map<string, InstanceLimits>();
  let failure: HeadroomError | null = null;
  if (toAsk.length > 0) {
    try {
      answered = await askEc2(toAsk, region);
    } catch (error) {
      if (!(error instanceof HeadroomError) || live) throw error;
      failure = error;
    }
  }
  const unknown = types.filter((type) => limitsOf(type, answered) === null);
  if (unknown.length > 0) {
    const refused = unknown.map(
      (type) =>
        `Instance type "${type}" is not in the built-in table.${didYouMean(type, knownInstanceTypes())}`,
    );
    const asked =
      failure === null
        ? `EC2 does not know ${unknown.length === 1 ? 'it' : 'them'} either.`
        : `The request to EC2 failed: ${sentence(failure.message)}`;
    throw new UsageError(
      [...refused, asked].join(' '),
      'Check the spelling, or run it again with access to EC2.',
      failure === null ? undefined : { cause: failure },
    );
  }
  return answered;
};
