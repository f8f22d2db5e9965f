/**
 * An IPv4 prefix of an interface is always an aligned /28.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-prefix-eni.html
 */
export const PREFIX_LENGTH = 28;
export const ADDRESSES_PER_PREFIX = 16;
