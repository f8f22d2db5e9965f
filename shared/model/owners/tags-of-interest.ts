import {
  AUTO_MODE_NODE_POOL_TAG,
  CLUSTER_NAME_TAGS,
  CLUSTER_TAG_PREFIX,
  NODE_GROUP_TAGS,
  NODE_POOL_TAGS,
} from './cluster-membership.ts';
import { AUTO_SCALING_GROUP_TAG, INSTANCE_MARKS } from './owner-marks.ts';

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
  // Names of Windows nodes say so.
  'Name',
]);

/** The rest of these keys is a name. */
const PREFIXES = [CLUSTER_TAG_PREFIX, 'eks:fargate'];

/** Two tags that name owning clusters tell as little as twenty. */
export const MAX_PREFIXED_TAGS = 8;

/** Whether a tag of an instance is kept. @param kept those of the same instance that are */
export const isTagOfInterest = (key: string, kept: Readonly<Record<string, string>>): boolean =>
  KEYS.has(key) || (hasPrefix(key) && Object.keys(kept).filter(hasPrefix).length < MAX_PREFIXED_TAGS);

const hasPrefix = (key: string): boolean => PREFIXES.some((prefix) => key.startsWith(prefix));
