/**
 * The alerts of a target that left the selection go on for this long after its last scan, in every output. A mistake in
 * headroom.yml, or an organization that lists an account late, does not look like an all-clear.
 */
export const LEFT_ALERTS_MILLISECONDS = 24 * 3_600_000;
