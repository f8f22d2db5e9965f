/** The most that DescribeNetworkInterfaces answers at once. */
export const INTERFACES_PER_PAGE = 1000;

export const ADDRESSES_PER_INTERFACE = 15;

/** As many as an m5.large has. */
export const INTERFACES_PER_NODE = 3;
