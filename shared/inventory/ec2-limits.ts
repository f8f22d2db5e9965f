/** The most items one page may hold: DescribeVpcs, DescribeSubnets, DescribeNetworkInterfaces and others, EC2 API reference, `MaxResults`. */
export const PAGE_SIZE = 1000;

/** The most values one filter may hold: EC2 API reference, "Filter": a request is refused at 201. */
export const FILTER_VALUES = 200;
