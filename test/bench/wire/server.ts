import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { NetworkInterface } from '../../../shared/model/aws/inventory.ts';
import {
  ec2Answer,
  element,
  instanceItem,
  interfaceItem,
  list,
  subnetItem,
  vpcItem,
} from '../../fixtures/ec2-xml.ts';
import { aVpcRecord } from '../../fixtures/inventory-records.ts';
import { nodeInterface } from '../../fixtures/node-interfaces.ts';
import { addressesOf, nodeOf, PAGE_MARK, subnetOfPage } from './estate.ts';
import { INTERFACES_PER_NODE, INTERFACES_PER_PAGE } from './estate-size.ts';

/**
 * An EC2 in a process of its own: `/N/` is an account of N pages of 1,000 interfaces with 15 addresses each, as EC2
 * writes and indents them, 6.9 MB a page, and of the nodes that they are attached to. No interface, address or node
 * comes twice.
 */

const interfaceOf = (index: number): NetworkInterface => {
  const networkInterface = nodeInterface(index, 1);
  const { instanceId } = nodeOf(Math.floor(index / INTERFACES_PER_NODE));
  return {
    ...networkInterface,
    networkInterfaceId: `eni-${PAGE_MARK}${index.toString(16).padStart(14, '0')}`,
    subnetId: `subnet-${PAGE_MARK}00000000000000`,
    description: `aws-K8S-${instanceId}`,
    attachment:
      networkInterface.attachment === null
        ? null
        : { ...networkInterface.attachment, instanceId, deviceIndex: index % INTERFACES_PER_NODE },
    privateAddresses: addressesOf(index),
    tags: { ...networkInterface.tags, 'node.k8s.amazonaws.com/instance_id': instanceId },
  };
};

const interfaces = ec2Answer(
  'DescribeNetworkInterfaces',
  [
    list(
      'networkInterfaceSet',
      Array.from({ length: INTERFACES_PER_PAGE }, (_, index) => interfaceItem(interfaceOf(index))),
    ),
  ],
  'NEXT',
);

/** What EC2 answers of an instance besides its interfaces and what we read. */
const REST_OF_INSTANCE: readonly string[] = [
  element('imageId', 'ami-0123456789abcdef0'),
  element('privateDnsName', 'ip-10-199-0-4.eu-west-1.compute.internal'),
  element('launchTime', '2026-11-20T08:00:00.000Z'),
  element('architecture', 'x86_64'),
  list(
    'blockDeviceMapping',
    Array.from({ length: 2 }, (_, index) => [
      element('deviceName', `/dev/xvd${index}`),
      element('ebs', [
        element('volumeId', 'vol-0123456789abcdef0'),
        element('status', 'attached'),
        element('attachTime', '2026-11-20T08:00:00.000Z'),
        element('deleteOnTermination', true),
      ]),
    ]),
  ),
];

const NODES_PER_PAGE = Math.ceil(INTERFACES_PER_PAGE / INTERFACES_PER_NODE);

/** The last node of a page has fewer. */
const interfacesOf = (node: number): readonly NetworkInterface[] =>
  Array.from({ length: INTERFACES_PER_NODE }, (_, index) => node * INTERFACES_PER_NODE + index)
    .filter((index) => index < INTERFACES_PER_PAGE)
    .map(interfaceOf);

const instances = ec2Answer(
  'DescribeInstances',
  [
    list(
      'reservationSet',
      Array.from({ length: NODES_PER_PAGE }, (_, index) =>
        instanceItem(nodeOf(index), interfacesOf(index)).map((field) =>
          field.replace('<instancesSet>\n    <item>', `$&\n${REST_OF_INSTANCE.join('\n')}`),
        ),
      ),
    ),
  ],
  'NEXT',
);

/** Of the same length for every page, so that only digits change. */
const page = (template: string, index: number, pages: number): Buffer => {
  const number = String(index).padStart(PAGE_MARK.length, '0');
  const next = index + 1 < pages ? `<nextToken>page-${index + 1}</nextToken>` : '';
  return Buffer.from(
    template
      .replaceAll(PAGE_MARK, number)
      // 10.1xx and 11.1xx: three digits each, whatever the page.
      .replaceAll('10.199.', `${10 + Math.floor(index / 100)}.${100 + (index % 100)}.`)
      .replace('<nextToken>NEXT</nextToken>', next),
    'latin1',
  );
};

const answerTo = (action: string, index: number, pages: number): Buffer => {
  const whole = (set: string, items: readonly (readonly string[])[]): Buffer =>
    Buffer.from(ec2Answer(action, [list(set, items)]));
  switch (action) {
    case 'DescribeVpcs':
      return whole('vpcSet', [vpcItem(aVpcRecord({ cidrBlocks: ['10.0.0.0/16'] }))]);
    case 'DescribeSubnets':
      return whole(
        'subnetSet',
        Array.from({ length: pages }, (_, each) => subnetItem(subnetOfPage(each))),
      );
    case 'DescribeInstances':
      return page(instances, index, pages);
    case 'GetSubnetCidrReservations':
      return whole('subnetIpv4CidrReservationSet', []);
    case 'DescribeInstanceTypes':
      return whole('instanceTypeSet', []);
    case 'DescribeRouteTables':
      return whole('routeTableSet', []);
    case 'DescribeVpcPeeringConnections':
      return whole('vpcPeeringConnectionSet', []);
    case 'DescribeTransitGatewayVpcAttachments':
      return whole('transitGatewayVpcAttachments', []);
    case 'DescribeVpcEndpoints':
      return whole('vpcEndpointSet', []);
    case 'DescribeAddresses':
      return whole('addressesSet', []);
    case 'DescribeNetworkInterfaces':
      return page(interfaces, index, pages);
    default:
      throw new Error(`This server does not answer ${action}.`);
  }
};

let ready: { readonly key: string; readonly body: Buffer } | null = null;

const server = createServer((request, reply) => {
  let body = '';
  request.on('data', (chunk) => {
    body += chunk;
  });
  request.on('end', () => {
    const pages = Number((request.url ?? '/1').split('/')[1]);
    const asked = new URLSearchParams(body);
    const action = asked.get('Action') ?? '';
    const index = Number(asked.get('NextToken')?.slice('page-'.length) ?? 0);
    const answer = ready?.key === `${action}/${index}/${pages}` ? ready.body : answerTo(action, index, pages);
    reply.writeHead(200, { 'content-type': 'text/xml;charset=UTF-8', 'content-length': answer.length });
    reply.end(answer, () => {
      // The next page is made while the client still works on this one.
      ready = { key: `${action}/${index + 1}/${pages}`, body: answerTo(action, index + 1, pages) };
    });
  });
});

server.listen(0, '127.0.0.1', () => {
  process.send?.((server.address() as AddressInfo).port);
});
