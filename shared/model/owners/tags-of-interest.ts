import {
  AUTO_MODE_NODE_POOL_TAG,
  CILIUM_CLUSTER_TAG,
  CILIUM_TAG,
  CLUSTER_NAME_TAGS,
  CLUSTER_TAG_PREFIX,
  CNI_CREATED_AT_TAG,
  CNI_INSTANCE_TAG,
  CNI_NO_MANAGE_TAG,
  ECS_CLUSTER_TAG,
  ENI_OWNER_TAG,
  LAUNCH_TEMPLATE_TAG,
  NODE_GROUP_TAGS,
  NODE_POOL_TAGS,
  TRUNK_TAG,
} from './cluster-membership.ts';
import { AUTO_SCALING_GROUP_TAG, INSTANCE_MARKS, MARK_TAGS } from './owner-marks.ts';

/**
 * The tags of instances that anything looks at. The others are not kept: 8,000 instances with 50 tags of
 * full length (128 and 256 characters) are 154 MB of text, more than a scan has.
 */
const KEYS: ReadonlySet<string> = new Set([
  ...CLUSTER_NAME_TAGS,
  ...NODE_GROUP_TAGS,
  ...NODE_POOL_TAGS,
  ...INSTANCE_MARKS.map(({ key }) => key),
  AUTO_MODE_NODE_POOL_TAG,
  AUTO_SCALING_GROUP_TAG,
]);

/** The rest of these keys is a name. */
const PREFIXES = [CLUSTER_TAG_PREFIX, 'eks:fargate'];

/** Two tags that name owning clusters tell as little as twenty. */
export const MAX_PREFIXED_TAGS = 8;

/** Whether a tag of an instance is kept. @param kept those of the same instance that are */
export const isTagOfInterest = (key: string, kept: Readonly<Record<string, string>>): boolean =>
  KEYS.has(key) || (hasPrefix(key) && Object.keys(kept).filter(hasPrefix).length < MAX_PREFIXED_TAGS);

const hasPrefix = (key: string): boolean => PREFIXES.some((prefix) => key.startsWith(prefix));

/** The tags of interfaces that anything looks at: those of their owners, of clusters and of what may have left them behind. */
const INTERFACE_KEYS: ReadonlySet<string> = new Set([
  ...CLUSTER_NAME_TAGS,
  ...NODE_GROUP_TAGS,
  ...NODE_POOL_TAGS,
  ...MARK_TAGS,
  CNI_INSTANCE_TAG,
  CNI_CREATED_AT_TAG,
  CNI_NO_MANAGE_TAG,
  ENI_OWNER_TAG,
  TRUNK_TAG,
  CILIUM_TAG,
  CILIUM_CLUSTER_TAG,
  ECS_CLUSTER_TAG,
  LAUNCH_TEMPLATE_TAG,
]);

/** Whether an assessment looks at this tag of an interface. */
export const isInterfaceTag = (key: string): boolean => INTERFACE_KEYS.has(key) || hasPrefix(key);
