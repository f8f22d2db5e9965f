import { MalformedAnswerError } from '../../model/aws/aws-failure.ts';
import type { InterfaceAttachment, NetworkInterface, PrivateAddress } from '../../model/aws/inventory.ts';
import { list, type PageReader, type PageState, readPage, response, struct, text } from './page-element.ts';
import { type TagState, tagSet } from './tag-elements.ts';
import type { XmlElement } from './xml-node.ts';

/** One page of DescribeNetworkInterfaces. @throws MalformedAnswerError */
export const readInterfacePage: PageReader<NetworkInterface> = (body, handOver) =>
  readPage<InterfacePageState>(body, RESPONSE, {
    handOver,
    nextToken: undefined,
    hasSet: false,
    draft: draft(),
    address: '',
    primary: false,
    key: null,
    value: '',
  });

type Mutable<Whole> = { -readonly [Key in keyof Whole]: Whole[Key] };

/** An interface while its elements arrive. */
interface Draft extends Mutable<Omit<NetworkInterface, Collected>> {
  readonly privateAddresses: PrivateAddress[];
  readonly ipv4Prefixes: string[];
  readonly ipv6Prefixes: string[];
  readonly tags: Record<string, string>;
  attachment: Mutable<InterfaceAttachment> | null;
}
type Collected = 'privateAddresses' | 'ipv4Prefixes' | 'ipv6Prefixes' | 'tags' | 'attachment';

interface InterfacePageState extends PageState<NetworkInterface>, TagState {
  draft: Draft;
  /** The parts of the address (or prefix) that is being read. */
  address: string;
  primary: boolean;
}

type Element = XmlElement<InterfacePageState>;

const draft = (): Draft => ({
  networkInterfaceId: '',
  subnetId: '',
  vpcId: null,
  ownerId: null,
  interfaceType: 'interface',
  status: '',
  description: '',
  requesterId: null,
  requesterManaged: false,
  operatorPrincipal: null,
  attachment: null,
  privateAddresses: [],
  ipv4Prefixes: [],
  ipv6AddressCount: 0,
  ipv6Prefixes: [],
  tags: {},
});

/** Asked for every address, so the two ways in which EC2 writes it come first. */
const boolean = (value: string): boolean =>
  value === 'true' || (value !== 'false' && value.toLowerCase() === 'true');

const integer = (value: string): number | null => {
  if (value === '') return null;
  if (!/^\d{1,9}$/.test(value))
    throw new MalformedAnswerError(`EC2 answered ${JSON.stringify(value)} where a number belongs`);
  return Number(value);
};

const attachmentOf = ({ draft }: InterfacePageState): Mutable<InterfaceAttachment> => {
  draft.attachment ??= {
    attachmentId: null,
    instanceId: null,
    instanceOwnerId: null,
    deviceIndex: null,
    networkCardIndex: null,
    deleteOnTermination: null,
  };
  return draft.attachment;
};

const ATTACHMENT: Element = {
  name: 'attachment',
  opened: attachmentOf,
  children: [
    text('attachmentId', (page, value) => {
      attachmentOf(page).attachmentId = value || null;
    }),
    text('instanceId', (page, value) => {
      attachmentOf(page).instanceId = value || null;
    }),
    text('instanceOwnerId', (page, value) => {
      attachmentOf(page).instanceOwnerId = value || null;
    }),
    text('deviceIndex', (page, value) => {
      attachmentOf(page).deviceIndex = integer(value);
    }),
    text('networkCardIndex', (page, value) => {
      attachmentOf(page).networkCardIndex = integer(value);
    }),
    text('deleteOnTermination', (page, value) => {
      attachmentOf(page).deleteOnTermination = boolean(value);
    }),
  ],
};

const startAddress = (page: InterfacePageState): void => {
  page.address = '';
  page.primary = false;
};

const takeAddress = (page: InterfacePageState, value: string): void => {
  page.address = value;
};

const PRIVATE_ADDRESSES = list<InterfacePageState>('privateIpAddressesSet', {
  opened: startAddress,
  children: [
    text('privateIpAddress', takeAddress),
    text('primary', (page, value) => {
      page.primary = boolean(value);
    }),
  ],
  closed: ({ draft, address, primary }) => {
    draft.privateAddresses.push({ address, primary });
  },
});

const TAGS = tagSet<InterfacePageState>(({ draft }) => draft.tags);

/** What is taken from one interface, most of it in the order in which EC2 answers it. */
const INTERFACE: Omit<Element, 'name'> = {
  opened: (page) => {
    page.draft = draft();
  },
  children: [
    text('networkInterfaceId', ({ draft }, value) => {
      draft.networkInterfaceId = value;
    }),
    text('subnetId', ({ draft }, value) => {
      draft.subnetId = value;
    }),
    text('vpcId', ({ draft }, value) => {
      draft.vpcId = value || null;
    }),
    text('description', ({ draft }, value) => {
      draft.description = value;
    }),
    text('ownerId', ({ draft }, value) => {
      draft.ownerId = value || null;
    }),
    text('requesterId', ({ draft }, value) => {
      draft.requesterId = value || null;
    }),
    text('requesterManaged', ({ draft }, value) => {
      draft.requesterManaged = boolean(value);
    }),
    text('status', ({ draft }, value) => {
      draft.status = value;
    }),
    ATTACHMENT,
    TAGS,
    PRIVATE_ADDRESSES,
    list('ipv6AddressesSet', {
      closed: ({ draft }) => {
        draft.ipv6AddressCount += 1;
      },
    }),
    list('ipv4PrefixSet', {
      opened: startAddress,
      children: [text('ipv4Prefix', takeAddress)],
      closed: ({ draft, address }) => {
        draft.ipv4Prefixes.push(address);
      },
    }),
    list('ipv6PrefixSet', {
      opened: startAddress,
      children: [text('ipv6Prefix', takeAddress)],
      closed: ({ draft, address }) => {
        draft.ipv6Prefixes.push(address);
      },
    }),
    text('interfaceType', ({ draft }, value) => {
      draft.interfaceType = value || 'interface';
    }),
    struct('operator', [
      text('principal', ({ draft }, value) => {
        draft.operatorPrincipal = value || null;
      }),
    ]),
  ],
  closed: ({ draft, handOver }) => {
    if (draft.networkInterfaceId === '')
      throw new MalformedAnswerError('EC2 answered a network interface without networkInterfaceId');
    if (draft.subnetId === '')
      throw new MalformedAnswerError(
        `EC2 answered network interface ${draft.networkInterfaceId} without subnetId`,
      );
    handOver(draft);
  },
};

const RESPONSE = response('DescribeNetworkInterfaces', 'networkInterfaceSet', INTERFACE);
