import type {
  ElasticAddress,
  Instance,
  InstanceLimits,
  LaunchTemplate,
  LaunchTemplateVersion,
  NetworkInterface,
  RouteTable,
  Subnet,
  SubnetCidrReservation,
  Vpc,
  VpcConnection,
  VpcEndpoint,
} from '../model/aws/inventory.ts';
import { HeadroomError } from '../model/base/errors.ts';

/** Restricts what is read; an absent list means everything. */
export interface InventoryScope {
  readonly vpcIds?: readonly string[];
}

/** Which interfaces are listed. With subnets, those in them alone; the VPCs then do not matter. */
export interface InterfaceScope extends InventoryScope {
  readonly subnetIds?: readonly string[];
}

/** Which instances are listed. With subnets, those whose primary interface is in one of them; the VPCs then do not matter. */
export interface InstanceScope extends InterfaceScope {
  /** Only those in one of these states. */
  readonly states?: readonly string[];
}

/**
 * Where inventory comes from: the EC2 API of one target, a saved estate file, or a test. Each method throws a
 * `HeadroomError` when it could not answer in full - never a shortened answer.
 *
 * Implementations are held to one conformance suite (`test/contract/inventory-source.ts`).
 */
export interface InventorySource {
  vpcs(scope: InventoryScope): Promise<readonly Vpc[]>;
  subnets(scope: InventoryScope): Promise<readonly Subnet[]>;
  /**
   * Hands over every interface, as pages arrive: nothing is kept, so memory does not grow with the account.
   * When it throws, what was handed over so far is not the whole and must be thrown away.
   */
  eachInterface(scope: InterfaceScope, receive: (networkInterface: NetworkInterface) => void): Promise<void>;
  /** One EC2 call per subnet: callers cache (`shared/pipeline/collect.ts`). */
  reservations(subnetId: string): Promise<readonly SubnetCidrReservation[]>;
  eachInstance(scope: InstanceScope, receive: (instance: Instance) => void): Promise<void>;
  /** Limits as EC2 answers them, for types that the shipped table lacks. Unknown types are left out. */
  instanceTypes(types: readonly string[]): Promise<readonly InstanceLimits[]>;
  /** Peerings and transit gateway attachments of these VPCs. */
  vpcConnections(scope: InventoryScope): Promise<readonly VpcConnection[]>;
  /** Route tables of these VPCs. `null`: this source never asked for them, as an estate file of an earlier version. */
  routeTables(scope: InventoryScope): Promise<readonly RouteTable[] | null>;
  /** Elastic IP addresses of the account in this Region. `null`: this source never asked for them. */
  elasticAddresses(): Promise<readonly ElasticAddress[] | null>;
  /** What these versions of launch templates ask for; one that is gone is left out. `null`: this source never asked for any. */
  launchTemplates(versions: readonly LaunchTemplateVersion[]): Promise<readonly LaunchTemplate[] | null>;
  /** Endpoints of these VPCs that hold prefixes. `null`: this source never asked for them. */
  vpcEndpoints(scope: InventoryScope): Promise<readonly VpcEndpoint[] | null>;
}

/** The subnet was there when subnets were listed and is not any more: leave it out, do not fail the scan. */
export class SubnetGoneError extends HeadroomError {
  readonly subnetId: string;

  constructor(subnetId: string, options?: ErrorOptions) {
    super(
      'not-found',
      `Subnet ${subnetId} was deleted while it was being scanned`,
      'Nothing to do: the next scan will not list it.',
      options,
    );
    this.name = 'SubnetGoneError';
    this.subnetId = subnetId;
  }
}
