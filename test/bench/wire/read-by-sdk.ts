import { paginateDescribeNetworkInterfaces } from '@aws-sdk/client-ec2';
import { plainEc2Client } from '../../fixtures/ec2-clients.ts';
import { measured } from './measured.ts';

/** The SDK as it comes, page by page, keeping nothing. */
await measured(async (url) => {
  let interfaces = 0;
  let addresses = 0;
  const pages = paginateDescribeNetworkInterfaces({ client: plainEc2Client(url) }, { MaxResults: 1000 });
  for await (const { NetworkInterfaces } of pages) {
    for (const { PrivateIpAddresses } of NetworkInterfaces ?? []) {
      interfaces += 1;
      addresses += PrivateIpAddresses?.length ?? 0;
    }
  }
  return { interfaces, addresses };
});
