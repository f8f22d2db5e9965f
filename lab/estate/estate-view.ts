import type { Sequence } from '../http/pages.ts';
import type {
  LabAutoScalingGroup,
  LabEcsService,
  LabEksCluster,
  LabElasticAddress,
  LabFleet,
  LabInstance,
  LabInterface,
  LabIpamPool,
  LabLaunchTemplate,
  LabPeering,
  LabQuota,
  LabReservation,
  LabRouteTable,
  LabScalingActivity,
  LabSpotRequest,
  LabSubnet,
  LabTransitGatewayAttachment,
  LabVpc,
  LabVpcEndpoint,
} from './records.ts';

/** What one account can see in one Region at one moment. */
export interface EstateView {
  readonly vpcs: Sequence<LabVpc>;
  readonly subnets: Sequence<LabSubnet>;
  readonly interfaces: Sequence<LabInterface>;
  readonly instances: Sequence<LabInstance>;
  readonly peerings: Sequence<LabPeering>;
  readonly transitGatewayAttachments: Sequence<LabTransitGatewayAttachment>;
  readonly routeTables: Sequence<LabRouteTable>;
  readonly elasticAddresses: Sequence<LabElasticAddress>;
  readonly launchTemplates: Sequence<LabLaunchTemplate>;
  readonly vpcEndpoints: Sequence<LabVpcEndpoint>;
  readonly ipamPools: Sequence<LabIpamPool>;
  readonly quotas: Sequence<LabQuota>;
  readonly clusters: Sequence<LabEksCluster>;
  readonly autoScalingGroups: Sequence<LabAutoScalingGroup>;
  readonly ecsServices: Sequence<LabEcsService>;
  readonly fleets: Sequence<LabFleet>;
  readonly spotRequests: Sequence<LabSpotRequest>;
  /** The latest first. */
  readonly scalingActivities: Sequence<LabScalingActivity>;
  /** `null`: no such subnet here. */
  reservations(subnetId: string): Sequence<LabReservation> | null;
}
