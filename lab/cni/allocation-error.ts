/**
 * The codes that EC2 answers when a subnet or an interface cannot give what was asked for, as the VPC CNI sees them.
 * Sources: amazon-vpc-cni-k8s issues 872, 1836, 3105; the EC2 API's error code list.
 */
export type AllocationErrorCode =
  | 'InsufficientFreeAddressesInSubnet'
  | 'InsufficientCidrBlocks'
  | 'InvalidParameterValue'
  | 'InvalidIPAddress.InUse'
  | 'PrivateIpAddressLimitExceeded'
  | 'AttachmentLimitExceeded';

/** EC2 refused an allocation. Nothing was allocated. */
export class AllocationError extends Error {
  readonly code: AllocationErrorCode;

  constructor(code: AllocationErrorCode, message: string) {
    super(message);
    this.name = 'AllocationError';
    this.code = code;
  }
}
