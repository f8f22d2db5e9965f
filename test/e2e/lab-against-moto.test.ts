import {
  CloudWatchClient,
  GetMetricDataCommand,
  ListMetricsCommand,
  PutMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import {
  CreateNetworkInterfaceCommand,
  DescribeInstancesCommand,
  DescribeInstanceTypesCommand,
  DescribeNetworkInterfacesCommand,
  DescribeRegionsCommand,
  DescribeSubnetsCommand,
  DescribeVpcPeeringConnectionsCommand,
  DescribeVpcsCommand,
  EC2Client,
  GetSubnetCidrReservationsCommand,
  paginateDescribeNetworkInterfaces,
} from '@aws-sdk/client-ec2';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { CreateTopicCommand, PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLabClock } from '../../lab/clock.ts';
import { EXTERNAL_ID, SCAN_ROLE } from '../../lab/estate/estate.ts';
import { type Lab, startLab } from '../../lab/lab.ts';
import { ACCOUNT, CONTRACT, labContract, REGION, seedMoto } from './contract-estate.ts';
import { type MotoServer, startMoto } from './moto-server.ts';

/**
 * The same expectations, through the real SDK, of the lab and of moto, which we did not write: where both agree, the lab
 * is not only our own idea of AWS. Where moto cannot follow (titles say so), the lab is tested alone.
 */

let moto: MotoServer;
let lab: Lab;

beforeAll(async () => {
  moto = await startMoto();
  lab = await startLab({ estate: labContract, clock: createLabClock({ startsAt: Date.now() }) });
  await seedMoto(new EC2Client(configuration(moto.url)));
});
afterAll(async () => {
  await lab.close();
  await moto.close();
});

const configuration = (endpoint: string) => ({
  endpoint,
  region: REGION,
  maxAttempts: 1,
  credentials: { accessKeyId: `AKIA${ACCOUNT}LABS`, secretAccessKey: 'lab' },
});

/**
 * Free addresses of the subnet with reservations. AWS documents no rule for them. moto leaves the 64 addresses of the
 * `prefix` reservation out and counts the 16 of the `explicit` one; the lab is set here to count both.
 */
const RESERVED_SUBNET_AVAILABLE = { moto: 251 - 4 - 64, 'the lab': 251 - 4 };

describe.each([
  ['moto', () => moto.url],
  ['the lab', () => lab.url],
] as const)('%s', (name, url) => {
  const ec2 = (): EC2Client => new EC2Client(configuration(url()));

  /** moto has default VPCs and subnets in every Region: only what the contract made is looked at. */
  const contractVpcId = async (): Promise<string> => {
    const { Vpcs = [] } = await ec2().send(
      new DescribeVpcsCommand({ Filters: [{ Name: 'cidr', Values: [CONTRACT.vpc.cidrBlock] }] }),
    );
    return Vpcs[0]?.VpcId ?? '';
  };
  const inContract = async () => [{ Name: 'vpc-id', Values: [await contractVpcId()] }];
  const subnetIdOf = async (name: string): Promise<string> => {
    const { Subnets = [] } = await ec2().send(
      new DescribeSubnetsCommand({
        Filters: [...(await inContract()), { Name: 'tag:Name', Values: [name] }],
      }),
    );
    return Subnets[0]?.SubnetId ?? '';
  };

  describe('EC2', () => {
    test('describes the VPC with both its CIDR blocks and a name that needs escaping', async () => {
      const { Vpcs = [] } = await ec2().send(new DescribeVpcsCommand({ Filters: await inContract() }));
      expect(Vpcs).toHaveLength(1);
      expect(Vpcs[0]).toMatchObject({
        CidrBlock: CONTRACT.vpc.cidrBlock,
        OwnerId: ACCOUNT,
        State: 'available',
        IsDefault: false,
        InstanceTenancy: 'default',
        Tags: [{ Key: 'Name', Value: CONTRACT.vpc.name }],
        Ipv6CidrBlockAssociationSet: [],
      });
      expect(
        Vpcs[0]?.CidrBlockAssociationSet?.map(({ CidrBlock, CidrBlockState }) => [
          CidrBlock,
          CidrBlockState?.State,
        ]),
      ).toEqual([
        [CONTRACT.vpc.cidrBlock, 'associated'],
        [CONTRACT.vpc.secondary, 'associated'],
      ]);
    });

    test("describes subnets with AWS's five addresses and every held one missing from the count", async () => {
      const { Subnets = [] } = await ec2().send(new DescribeSubnetsCommand({ Filters: await inContract() }));
      const byName = Subnets.map((subnet) => [
        subnet.Tags?.[0]?.Value,
        subnet.CidrBlock,
        subnet.AvailableIpAddressCount,
        subnet.AvailabilityZone,
        subnet.State,
        subnet.Ipv6Native,
      ]);
      expect(byName.toSorted()).toEqual([
        ['empty', '10.7.2.0/28', 11, 'eu-west-1a', 'available', false],
        ['nodes', '10.7.0.0/24', RESERVED_SUBNET_AVAILABLE[name], 'eu-west-1a', 'available', false],
        ['services', '10.7.1.0/27', 27 - 2, 'eu-west-1b', 'available', false],
      ]);
      for (const subnet of Subnets) {
        expect(subnet.OwnerId).toBe(ACCOUNT);
        expect(subnet.AvailabilityZoneId).toMatch(/^euw1-az\d$/);
        expect(subnet.SubnetArn).toBe(`arn:aws:ec2:${REGION}:${ACCOUNT}:subnet/${subnet.SubnetId}`);
      }
    });

    test('describes interfaces with their addresses, the primary first, and their tags', async () => {
      const { NetworkInterfaces = [] } = await ec2().send(
        new DescribeNetworkInterfacesCommand({
          Filters: [...(await inContract()), { Name: 'status', Values: ['available'] }],
        }),
      );
      expect(NetworkInterfaces).toHaveLength(CONTRACT.interfaces.length);
      for (const { description, addresses, tags, subnet } of CONTRACT.interfaces) {
        const found = NetworkInterfaces.find(({ Description }) => Description === description);
        expect(found).toMatchObject({
          Status: 'available',
          InterfaceType: 'interface',
          OwnerId: ACCOUNT,
          VpcId: await contractVpcId(),
          SubnetId: await subnetIdOf(subnet),
          PrivateIpAddress: addresses[0],
          SourceDestCheck: true,
        });
        expect(
          found?.PrivateIpAddresses?.map(({ PrivateIpAddress, Primary }) => [PrivateIpAddress, Primary]),
        ).toEqual(addresses.map((address, index) => [address, index === 0]));
        expect(found?.TagSet).toEqual(Object.entries(tags).map(([Key, Value]) => ({ Key, Value })));
        expect(found?.Attachment?.InstanceId).toBeUndefined();
      }
    });

    test('describes an instance and the interface that is attached to it', async () => {
      const { Reservations = [] } = await ec2().send(
        new DescribeInstancesCommand({ Filters: await inContract() }),
      );
      const [instance] = Reservations.flatMap(({ Instances = [] }) => Instances);
      expect(instance).toMatchObject({
        InstanceType: CONTRACT.instanceType,
        State: { Code: 16, Name: 'running' },
        SubnetId: await subnetIdOf('services'),
        PrivateIpAddress: '10.7.1.20',
        Placement: { AvailabilityZone: 'eu-west-1b' },
      });
      expect(Reservations[0]?.OwnerId).toBe(ACCOUNT);
      const { NetworkInterfaces = [] } = await ec2().send(
        new DescribeNetworkInterfacesCommand({
          Filters: [{ Name: 'attachment.instance-id', Values: [instance?.InstanceId ?? ''] }],
        }),
      );
      expect(NetworkInterfaces).toHaveLength(1);
      expect(NetworkInterfaces[0]).toMatchObject({
        Status: 'in-use',
        Attachment: {
          InstanceId: instance?.InstanceId,
          InstanceOwnerId: ACCOUNT,
          DeviceIndex: 0,
          Status: 'attached',
        },
      });
    });

    test('knows the reservations of a subnet', async () => {
      const { SubnetIpv4CidrReservations = [] } = await ec2().send(
        new GetSubnetCidrReservationsCommand({ SubnetId: await subnetIdOf('nodes') }),
      );
      expect(
        SubnetIpv4CidrReservations.map(({ Cidr, ReservationType, OwnerId }) => [
          Cidr,
          ReservationType,
          OwnerId,
        ]).toSorted(),
      ).toEqual([
        ['10.7.0.128/28', 'explicit', ACCOUNT],
        ['10.7.0.64/26', 'prefix', ACCOUNT],
      ]);
      const { SubnetIpv4CidrReservations: none } = await ec2().send(
        new GetSubnetCidrReservationsCommand({ SubnetId: await subnetIdOf('empty') }),
      );
      expect(none).toEqual([]);
    });

    test('knows the peering and its sides', async () => {
      const { VpcPeeringConnections = [] } = await ec2().send(
        new DescribeVpcPeeringConnectionsCommand({
          Filters: [{ Name: 'requester-vpc-info.vpc-id', Values: [await contractVpcId()] }],
        }),
      );
      expect(VpcPeeringConnections).toHaveLength(1);
      expect(VpcPeeringConnections[0]).toMatchObject({
        RequesterVpcInfo: {
          VpcId: await contractVpcId(),
          CidrBlock: CONTRACT.vpc.cidrBlock,
          OwnerId: ACCOUNT,
        },
        AccepterVpcInfo: { CidrBlock: CONTRACT.peer.cidrBlock, OwnerId: ACCOUNT },
        Status: { Code: 'pending-acceptance' },
      });
    });

    test('agrees on interfaces and addresses of every instance type that the lab offers, but for the made-up one', async () => {
      const offered =
        (await new EC2Client(configuration(lab.url)).send(new DescribeInstanceTypesCommand({})))
          .InstanceTypes ?? [];
      const names = offered.flatMap(({ InstanceType }) =>
        InstanceType === undefined || InstanceType.startsWith('m99') ? [] : [InstanceType],
      );
      const { InstanceTypes = [] } = await ec2().send(
        new DescribeInstanceTypesCommand({ InstanceTypes: names }),
      );
      const facts = (types: typeof offered) =>
        Object.fromEntries(
          types.map(({ InstanceType = '', NetworkInfo, VCpuInfo, Hypervisor, BareMetal }) => [
            InstanceType,
            [
              NetworkInfo?.NetworkCards?.[0]?.MaximumNetworkInterfaces,
              NetworkInfo?.Ipv4AddressesPerInterface,
              VCpuInfo?.DefaultVCpus,
              Hypervisor,
              BareMetal,
            ],
          ]),
        );
      const expected = facts(offered);
      delete expected['m99.large'];
      expect(facts(InstanceTypes)).toEqual(expected);
    });

    test('answers Regions by name', async () => {
      const { Regions = [] } = await ec2().send(
        new DescribeRegionsCommand({ RegionNames: [REGION, 'us-east-1'] }),
      );
      expect(Regions.map(({ RegionName }) => RegionName).toSorted()).toEqual([REGION, 'us-east-1']);
    });

    test.each([
      [
        'a subnet',
        'InvalidSubnetID.NotFound',
        () => new DescribeSubnetsCommand({ SubnetIds: ['subnet-0123456789abcdef0'] }),
      ],
      [
        'a VPC',
        'InvalidVpcID.NotFound',
        () => new DescribeVpcsCommand({ VpcIds: ['vpc-0123456789abcdef0'] }),
      ],
      [
        'an interface',
        'InvalidNetworkInterfaceID.NotFound',
        () => new DescribeNetworkInterfacesCommand({ NetworkInterfaceIds: ['eni-0123456789abcdef0'] }),
      ],
      [
        'an instance',
        'InvalidInstanceID.NotFound',
        () => new DescribeInstancesCommand({ InstanceIds: ['i-0123456789abcdef0'] }),
      ],
      [
        'an instance type',
        'InvalidInstanceType',
        () => new DescribeInstanceTypesCommand({ InstanceTypes: ['z99.huge' as never] }),
      ],
    ])('says of %s that is not there: %s', async (_what, code, command) => {
      const client: { send(request: unknown): Promise<unknown> } = ec2();
      await expect(client.send(command())).rejects.toMatchObject({
        name: code,
        $metadata: expect.objectContaining({ httpStatusCode: 400 }),
      });
    });
  });

  describe('STS', () => {
    const sts = (): STSClient => new STSClient(configuration(url()));

    test('knows the account of the caller', async () => {
      expect((await sts().send(new GetCallerIdentityCommand({}))).Account).toBe(ACCOUNT);
    });

    test('hands out credentials of an assumed role, which is who calls from then on', async () => {
      const { Credentials, AssumedRoleUser } = await sts().send(
        new AssumeRoleCommand({
          RoleArn: `arn:aws:iam::${ACCOUNT}:role/${SCAN_ROLE}`,
          RoleSessionName: 'headroom',
          ExternalId: EXTERNAL_ID,
        }),
      );
      const arn = `arn:aws:sts::${ACCOUNT}:assumed-role/${SCAN_ROLE}/headroom`;
      expect(AssumedRoleUser?.Arn).toBe(arn);
      const assumed = new STSClient({
        ...configuration(url()),
        credentials: {
          accessKeyId: Credentials?.AccessKeyId ?? '',
          secretAccessKey: Credentials?.SecretAccessKey ?? '',
          sessionToken: Credentials?.SessionToken ?? '',
        },
      });
      expect((await assumed.send(new GetCallerIdentityCommand({}))).Arn).toBe(arn);
    });
  });

  describe('CloudWatch', () => {
    const cloudwatch = (): CloudWatchClient => new CloudWatchClient(configuration(url()));
    const Dimensions = [{ Name: 'SubnetId', Value: 'subnet-1' }];

    test('gives back by period what it was given', async () => {
      const start = Math.floor((Date.now() - 3_600_000) / 300_000) * 300_000;
      const values: [minute: number, value: number][] = [
        [0, 10],
        [1, 20],
        [6, 5],
      ];
      await cloudwatch().send(
        new PutMetricDataCommand({
          Namespace: 'VpcHeadroom',
          MetricData: values.map(([minute, Value]) => ({
            MetricName: 'AvailableAddresses',
            Dimensions,
            Value,
            Unit: 'Count',
            Timestamp: new Date(start + minute * 60_000),
          })),
        }),
      );
      const { MetricDataResults = [] } = await cloudwatch().send(
        new GetMetricDataCommand({
          StartTime: new Date(start),
          EndTime: new Date(start + 1_800_000),
          ScanBy: 'TimestampAscending',
          MetricDataQueries: ['Average', 'Minimum', 'Maximum', 'SampleCount'].map((Stat, index) => ({
            Id: `q${index}`,
            MetricStat: {
              Metric: { Namespace: 'VpcHeadroom', MetricName: 'AvailableAddresses', Dimensions },
              Period: 300,
              Stat,
            },
          })),
        }),
      );
      expect(MetricDataResults.map(({ Values }) => Values)).toEqual([
        [15, 5],
        [10, 5],
        [20, 5],
        [2, 1],
      ]);
      expect(MetricDataResults[0]?.Timestamps).toEqual([new Date(start), new Date(start + 300_000)]);
      const { Metrics } = await cloudwatch().send(new ListMetricsCommand({ Namespace: 'VpcHeadroom' }));
      expect(Metrics).toEqual([{ Namespace: 'VpcHeadroom', MetricName: 'AvailableAddresses', Dimensions }]);
    });

    test('takes 1,000 data in one request', async () => {
      const MetricData = Array.from({ length: 1000 }, (_, index) => ({
        MetricName: 'Many',
        Dimensions,
        Value: index,
      }));
      // moto cannot inflate a request; that the lab can is shown in test/contract/lab/cloudwatch.test.ts.
      const plain = new CloudWatchClient({ ...configuration(url()), disableRequestCompression: true });
      const { $metadata } = await plain.send(
        new PutMetricDataCommand({ Namespace: 'Headroom/Many', MetricData }),
      );
      expect($metadata.httpStatusCode).toBe(200);
    });
  });

  describe('SNS', () => {
    const sns = (): SNSClient => new SNSClient(configuration(url()));
    /** In moto a topic must be made; in the lab every topic of its accounts is there. */
    const topic = async (): Promise<string> => {
      if (url() === moto.url) await sns().send(new CreateTopicCommand({ Name: 'alerts' }));
      return `arn:aws:sns:${REGION}:${ACCOUNT}:alerts`;
    };

    test('takes a message with attributes', async () => {
      const { MessageId } = await sns().send(
        new PublishCommand({
          TopicArn: await topic(),
          Message: 'a < b & c',
          Subject: 'x'.repeat(100),
          MessageAttributes: { severity: { DataType: 'String', StringValue: 'critical' } },
        }),
      );
      expect(MessageId).toMatch(/^[0-9a-f-]{36}$/);
    });

    test('refuses a subject of 101 characters and a message over 256 KiB', async () => {
      const TopicArn = await topic();
      await expect(
        sns().send(new PublishCommand({ TopicArn, Message: 'x', Subject: 'x'.repeat(101) })),
      ).rejects.toMatchObject({
        name: expect.stringMatching(/^InvalidParameter/),
      });
      await expect(
        sns().send(new PublishCommand({ TopicArn, Message: 'x'.repeat(256 * 1024 + 1) })),
      ).rejects.toMatchObject({
        name: expect.stringMatching(/^InvalidParameter/),
      });
    });

    test('does not know a topic that was never made', async () => {
      const TopicArn = `arn:aws:sns:${REGION}:999999999999:alerts`;
      await expect(sns().send(new PublishCommand({ TopicArn, Message: 'x' }))).rejects.toMatchObject({
        name: 'NotFoundException',
      });
    });
  });

  describe('SQS', () => {
    const sqs = (): SQSClient => new SQSClient(configuration(url()));

    test('hands over what was sent, hides it meanwhile, and forgets what was deleted', async () => {
      const { QueueUrl } = await sqs().send(new CreateQueueCommand({ QueueName: 'scans' }));
      await sqs().send(new SendMessageCommand({ QueueUrl, MessageBody: 'first' }));
      const { Successful = [] } = await sqs().send(
        new SendMessageBatchCommand({
          QueueUrl,
          Entries: [
            { Id: 'a', MessageBody: 'second' },
            { Id: 'b', MessageBody: 'third' },
          ],
        }),
      );
      expect(Successful.map(({ Id }) => Id)).toEqual(['a', 'b']);
      const { Messages = [] } = await sqs().send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
      );
      expect(Messages.map(({ Body }) => Body).toSorted()).toEqual(['first', 'second', 'third']);
      expect((await sqs().send(new ReceiveMessageCommand({ QueueUrl }))).Messages ?? []).toEqual([]);
      await sqs().send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: Messages[0]?.ReceiptHandle }));
    });

    test('refuses eleven messages at once, and a queue that is not there', async () => {
      const { QueueUrl } = await sqs().send(new CreateQueueCommand({ QueueName: 'batches' }));
      const Entries = Array.from({ length: 11 }, (_, index) => ({ Id: String(index), MessageBody: 'x' }));
      await expect(sqs().send(new SendMessageBatchCommand({ QueueUrl, Entries }))).rejects.toMatchObject({
        name: 'TooManyEntriesInBatchRequest',
      });
      const nowhere = QueueUrl?.replace('batches', 'nowhere');
      await expect(
        sqs().send(new SendMessageCommand({ QueueUrl: nowhere, MessageBody: 'x' })),
      ).rejects.toMatchObject({
        name: 'QueueDoesNotExist',
      });
    });
  });

  describe('secrets that are not there', () => {
    test('in Secrets Manager', async () => {
      const command = new GetSecretValueCommand({ SecretId: 'headroom/none' });
      await expect(new SecretsManagerClient(configuration(url())).send(command)).rejects.toMatchObject({
        name: 'ResourceNotFoundException',
      });
    });

    test('in the parameter store', async () => {
      const command = new GetParameterCommand({ Name: '/headroom/none' });
      await expect(new SSMClient(configuration(url())).send(command)).rejects.toMatchObject({
        name: 'ParameterNotFound',
      });
    });
  });
});

describe('the lab alone, where moto cannot follow', () => {
  test('pages of interfaces: moto answers all in one, whatever MaxResults says', async () => {
    const pages = async (endpoint: string): Promise<number[]> => {
      const sizes: number[] = [];
      const client = new EC2Client(configuration(endpoint));
      for await (const { NetworkInterfaces = [] } of paginateDescribeNetworkInterfaces(
        { client, pageSize: 5 },
        {},
      )) {
        sizes.push(NetworkInterfaces.length);
      }
      return sizes;
    };
    expect(await pages(moto.url)).toHaveLength(1);
    expect(Math.max(...(await pages(lab.url)))).toBeLessThanOrEqual(5);
  });

  test('sessions of less than fifteen minutes: moto hands them out', async () => {
    const command = new AssumeRoleCommand({
      RoleArn: `arn:aws:iam::${ACCOUNT}:role/${SCAN_ROLE}`,
      RoleSessionName: 'x',
      DurationSeconds: 899,
    });
    await new STSClient(configuration(moto.url)).send(command);
    await expect(new STSClient(configuration(lab.url)).send(command)).rejects.toMatchObject({
      name: 'ValidationError',
    });
  });

  test('prefixes: moto drops them', async () => {
    const [subnet] =
      (await new EC2Client(configuration(moto.url)).send(new DescribeSubnetsCommand({}))).Subnets ?? [];
    const { NetworkInterface } = await new EC2Client(configuration(moto.url)).send(
      new CreateNetworkInterfaceCommand({ SubnetId: subnet?.SubnetId, Ipv4PrefixCount: 1 }),
    );
    expect(NetworkInterface?.Ipv4Prefixes ?? []).toEqual([]);
    const { NetworkInterfaces = [] } = await new EC2Client(configuration(lab.url)).send(
      new DescribeNetworkInterfacesCommand({ Filters: [{ Name: 'description', Values: ['a prefix'] }] }),
    );
    expect(NetworkInterfaces[0]?.Ipv4Prefixes).toEqual([
      { Ipv4Prefix: expect.stringMatching(/^10\.8\.0\.\d+\/28$/) },
    ]);
  });

  test('roles that do not exist: moto lets anybody assume anything', async () => {
    const command = new AssumeRoleCommand({
      RoleArn: `arn:aws:iam::${ACCOUNT}:role/Nobody`,
      RoleSessionName: 'x',
    });
    await new STSClient(configuration(moto.url)).send(command);
    await expect(new STSClient(configuration(lab.url)).send(command)).rejects.toMatchObject({
      name: 'AccessDenied',
    });
  });
});
