import { createHmac } from 'node:crypto';

/**
 * Stands other names in for names, numbers and addresses: the same one for the same thing throughout, so that what
 * belongs together still does, and nothing that leads back without the key.
 */
export class Pseudonyms {
  readonly #key: string;
  readonly #networks = new Map<string, string>();

  /** A person who has the key can check a guess. Throw it away unless two estates must match. */
  constructor(key: string) {
    this.#key = key;
  }

  /** An account number: another one of 12 digits. */
  account(accountId: string): string {
    return String(Number.parseInt(this.#hash('account', accountId).slice(0, 12), 16) % 1e12).padStart(
      12,
      '0',
    );
  }

  /** The name of anything: of a cluster, of a subnet, of a tag. */
  name(name: string): string {
    return name === '' ? '' : `name-${this.#hash('name', name).slice(0, 8)}`;
  }

  /** An AWS resource's id: what kind it is stays. Anything else is a name. */
  resource(id: string): string {
    const kind = RESOURCE_ID.exec(id)?.[1];
    return kind === undefined ? this.name(id) : `${kind}-${this.#hash('resource', id).slice(0, 17)}`;
  }

  /**
   * An IPv4 address or range: the same place in another /16. No VPC's range is larger than that, so what overlapped
   * still does, and every figure, block and fragment remains. What is no address stays none.
   */
  address(text: string): string {
    const parts = IPV4.exec(text)?.groups;
    if (parts === undefined) return '';
    const network = parts['network'] ?? '';
    let other = this.#networks.get(network);
    if (other === undefined) {
      const index = this.#networks.size;
      other = `${10 + Math.floor(index / 256)}.${index % 256}`;
      this.#networks.set(network, other);
    }
    return `${other}.${parts['rest']}`;
  }

  /** An IPv6 range of the same length in the range set aside for documentation (RFC 3849). */
  ipv6(range: string): string {
    const length = /\/\d+$/.exec(range)?.[0] ?? '';
    const hash = this.#hash('ipv6', range);
    return `2001:db8:${hash.slice(0, 4)}:${hash.slice(4, 8)}::${length}`;
  }

  /** A text of AWS's making: its own words stay, ids, numbers and addresses are replaced, and so is every other word. */
  text(text: string): string {
    return text.replace(WORD, (_, address?: string, before?: string, after?: string, word?: string) =>
      address === undefined ? `${before ?? ''}${this.#word(after ?? word ?? '')}` : this.address(address),
    );
  }

  #word(word: string): string {
    if (AWS_WORDS.has(word) || REGION.test(word) || AMAZON_REQUESTER.test(word)) return word;
    if (/^\d{12}$/.test(word)) return this.account(word);
    return this.resource(word);
  }

  #hash(kind: string, text: string): string {
    return createHmac('sha256', this.#key).update(`${kind}\0${text}`).digest('hex');
  }
}

/** The kinds of ids that inventories hold. */
const RESOURCE_ID =
  /^(i|r|eni|eni-attach|ela-attach|eipalloc|eipassoc|subnet|vpc|scr|rtb|rtbassoc|nat|igw|eigw|vgw|lgw|vpce|vpce-svc|eice|tgw|tgw-attach|pcx|pl|fs|fsmt|sg|op|d|lt)-[0-9a-f]+$/;

const IPV4 = /^(?<network>\d{1,3}\.\d{1,3})\.(?<rest>\d{1,3}\.\d{1,3}(?:\/\d{1,2})?)$/;

const REGION = /^[a-z]{2,4}(?:-[a-z]{1,20}){1,4}-\d[a-z]?$/;

const AMAZON_REQUESTER = /^amazon-[a-z]+$/;

/** An address, what AWS and the CNI put before a name or an id, or a word: whatever stands between blanks and separators. */
const WORD = /(\d+\.\d+\.\d+\.\d+(?:\/\d+)?)|(aws-K8S-|ENI-|ElastiCache\+)([^\s:/(),;]+)|([^\s:/(),;]+)/g;

/** The words of AWS's and the CNI's own descriptions and ARNs, by which owners are recognised. */
const AWS_WORDS: ReadonlySet<string> = new Set(
  `arn aws aws-cn aws-us-gov amazon-aws amazon-vpc-cni eks-vpc-resource-controller aws-k8s-branch-eni aws-k8s-trunk-eni
  ELB app net gwy AWS Lambda VPC Amazon EKS eks cluster ecs attachment outposts outpost MSK CodeBuild DAX ES FSx
  RDSNetworkInterface DBProxy RedshiftNetworkInterface DMSNetworkInterface ElastiCache EFS mount target for fsmt
  Interface NAT Gateway Endpoint VPCE Network Transit Attachment EC2 Instance Connect Route 53 Resolver directory
  Primary network interface created by to the fargate aws-fargate Attached Glue using role Created By Workspaces WorkSpaces
  Account ID ClientVPN resource DO NOT DELETE [DO DELETE] [Do not delete] - ENI managed SageMaker Studio Domain access resources in your
  Notebook broker MQ Kinesis Firehose datasync AppStream MemoryDB Transfer server Lattice Firewall LicenseManager APIGateway
  CodeStar Connections ElasticMapReduce CloudHSM CloudHsm Managed fleet Cilium-CNI`.split(/\s+/),
);
