import type { NodeLimits } from '../../../shared/model/cni/cni-settings.ts';
import { LabError } from '../../http/lab-error.ts';
import { pageOf } from '../../http/pages.ts';
import { textList } from '../../http/parameters.ts';
import type { Action } from '../../service.ts';
import { passesFilters, passesIds } from './filters.ts';

interface LabInstanceType {
  readonly instanceType: string;
  readonly vcpus: number;
  readonly memoryGib: number;
  readonly maxEnis: number;
  readonly ipv4PerEni: number;
  readonly hypervisor: 'nitro' | 'xen' | null;
  /** Interfaces of each network card; the first is the default one. */
  readonly networkCards: readonly number[];
  /** Whether it can have a trunk interface for security groups for pods (amazon-vpc-resource-controller-k8s, `limits.go`). */
  readonly trunk: boolean;
}

const type = (
  instanceType: string,
  vcpus: number,
  memoryGib: number,
  maxEnis: number,
  ipv4PerEni: number,
  changes: Partial<LabInstanceType> = {},
): LabInstanceType => ({
  instanceType,
  vcpus,
  memoryGib,
  maxEnis,
  ipv4PerEni,
  hypervisor: 'nitro',
  networkCards: [maxEnis],
  trunk: !/^t\d|^m4/.test(instanceType),
  ...changes,
});

/**
 * A handful of types, with interfaces and addresses as amazon-vpc-cni-k8s lists them
 * (`pkg/vpc/vpc_ip_resource_limit.go` at b52188387f2e). `m99.large` is made up: a type so new that no table has it.
 */
const INSTANCE_TYPES: readonly LabInstanceType[] = [
  type('t3.small', 2, 2, 3, 4),
  type('t3.medium', 2, 4, 3, 6),
  type('t3.large', 2, 8, 3, 12),
  type('t2.large', 2, 8, 3, 12, { hypervisor: 'xen' }),
  type('m4.large', 2, 8, 2, 10, { hypervisor: 'xen' }),
  type('c5.large', 2, 4, 3, 10),
  type('c5.xlarge', 4, 8, 4, 15),
  type('c5.4xlarge', 16, 32, 8, 30),
  type('m5.large', 2, 8, 3, 10),
  type('m5.xlarge', 4, 16, 4, 15),
  type('m5.2xlarge', 8, 32, 4, 15),
  type('m5.4xlarge', 16, 64, 8, 30),
  type('m5.8xlarge', 32, 128, 8, 30),
  type('m6i.large', 2, 8, 3, 10),
  type('m6i.xlarge', 4, 16, 4, 15),
  type('r5.large', 2, 16, 3, 10),
  type('p5.48xlarge', 192, 2048, 2, 50, { networkCards: [2, ...Array.from({ length: 31 }, () => 2)] }),
  type('m99.large', 2, 8, 4, 20),
];

/** `undefined` for a type that the lab's EC2 does not offer. */
export const instanceTypeNamed = (name: string): LabInstanceType | undefined =>
  INSTANCE_TYPES.find(({ instanceType }) => instanceType === name);

/** What the simulated CNI needs to know of a type. @throws RangeError for a type that the lab does not offer */
export const nodeLimits = (name: string): NodeLimits => {
  const found = instanceTypeNamed(name);
  if (found === undefined) throw new RangeError(`The lab has no instance type ${name}.`);
  const { maxEnis, ipv4PerEni, hypervisor, trunk } = found;
  return { maxEnis, ipv4PerEni, prefixDelegation: hypervisor !== 'xen', trunk };
};

export const describeInstanceTypes: Action = ({ parameters }) => {
  const wanted = textList(parameters, 'InstanceType');
  if (wanted.length > 100) {
    throw new LabError(
      'InvalidParameterValue',
      'At most 100 instance types can be asked for in one request.',
    );
  }
  const unknown = wanted.filter((name) => instanceTypeNamed(name) === undefined);
  if (unknown.length > 0) {
    throw new LabError(
      'InvalidInstanceType',
      `The following supplied instance types do not exist: [${unknown.join(', ')}]`,
    );
  }
  const chosen = passesIds(wanted, INSTANCE_TYPES, ({ instanceType }) => instanceType, {
    code: 'InvalidInstanceType',
    noun: 'instance type',
  });
  const filtered = passesFilters<LabInstanceType & { readonly tags: Record<string, string> }>(parameters, {
    'instance-type': ({ instanceType }) => [instanceType],
    hypervisor: ({ hypervisor }) => [hypervisor],
  });
  // EC2 API reference: MaxResults of DescribeInstanceTypes is 5 to 100.
  const limits = { parameter: 'MaxResults', token: 'NextToken', minimum: 5, maximum: 100, otherwise: 100 };
  const page = pageOf(
    INSTANCE_TYPES,
    'DescribeInstanceTypes',
    parameters,
    limits,
    (each) => chosen(each) && filtered({ ...each, tags: {} }),
  );
  return {
    instanceTypeSet: page.map((each) => ({
      instanceType: each.instanceType,
      currentGeneration: each.hypervisor !== 'xen',
      bareMetal: each.hypervisor === null,
      hypervisor: each.hypervisor,
      vCpuInfo: { defaultVCpus: each.vcpus },
      memoryInfo: { sizeInMiB: each.memoryGib * 1024 },
      networkInfo: {
        maximumNetworkInterfaces: each.networkCards.reduce((sum, interfaces) => sum + interfaces, 0),
        maximumNetworkCards: each.networkCards.length,
        defaultNetworkCardIndex: 0,
        networkCards: each.networkCards.map((maximumNetworkInterfaces, networkCardIndex) => ({
          networkCardIndex,
          maximumNetworkInterfaces,
        })),
        ipv4AddressesPerInterface: each.ipv4PerEni,
        ipv6AddressesPerInterface: each.ipv4PerEni,
        ipv6Supported: true,
        enaSupport: each.hypervisor === 'xen' ? 'unsupported' : 'required',
      },
    })),
    nextToken: page.nextToken,
  };
};
