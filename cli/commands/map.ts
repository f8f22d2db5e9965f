import { printable } from '../../shared/model/base/invisible-characters.ts';
import { listOf, nameAndId } from '../../shared/model/base/text/names.ts';
import { number } from '../../shared/model/base/text/numbers.ts';
import { utcMinute } from '../../shared/model/base/text/times.ts';
import type { AddCommand } from '../base/command-line.ts';
import { EXIT } from '../base/exit-codes.ts';
import { paint } from '../base/io.ts';
import { addOneSubnetOptions, type OneSubnetOptions, readOneSubnet } from '../input/one-subnet.ts';
import { coverageExit } from '../input/scan-options.ts';
import { renderAddressMap } from '../output/address-map.ts';
import { documentText } from '../output/document.ts';
import { renderProblems } from '../output/scan-table.ts';
import { type ClusterSubnetPods, mapDocument, podsInSubnet } from '../output/subnet-documents.ts';
import { watching } from '../output/watch.ts';

const HOLDERS_SHOWN = 8;

/** `pods of payments: shop 12, batch 3, 9 warm`. */
const podsLine = ({ clusterName, namespaces, warm }: ClusterSubnetPods): string => {
  const held = namespaces.map(({ name, addresses }) => `${name} ${number(addresses)}`);
  return `${printable(`pods of ${clusterName}: ${listOf([...held.slice(0, HOLDERS_SHOWN), `${number(warm)} warm`])}`)}\n`;
};

/** `headroom map`: the blocks of one subnet, and who holds them. */
export const addMapCommand: AddCommand = (program, session) => {
  addOneSubnetOptions(program.command('map'))
    .description('the address map of one subnet: each block of 16 addresses, free or held, and by whom')
    .addHelpText(
      'after',
      `
Examples:
  $ headroom map payments-nodes-a
  $ headroom map subnet-0abc --from estate.json.gz
  $ headroom map subnet-0abc --state headroom.sqlite

A free block can become a prefix. A block with a single address in use cannot: many of them are fragmentation.
`,
    )
    .action(async (wanted: string, options: OneSubnetOptions) => {
      const { io } = session;
      await watching(session, options, async () => {
        const { subnet, map, assessment, assessments } = await readOneSubnet(wanted, options, session);
        const { format } = options;
        if (format === 'json' || format === 'yaml')
          io.out(await documentText(format, mapDocument(subnet, map, assessment.clusters)));
        else {
          const heading = paint(io)('bold', printable(nameAndId(subnet.name, subnet.subnetId)));
          const reason = subnet.unknowns[0]?.reason ?? 'An IPv6-only subnet has no blocks of IPv4 addresses.';
          const readAt =
            subnet.interfacesReadAt === undefined ? '' : `  read ${utcMinute(subnet.interfacesReadAt)}`;
          io.out(`${heading}  ${printable(subnet.cidrBlock ?? 'IPv6 only')}${readAt}\n\n`);
          io.out(map === null ? `There is no map: ${printable(reason)}\n` : renderAddressMap(io, map));
          for (const pods of podsInSubnet(subnet.subnetId, assessment.clusters)) io.out(podsLine(pods));
          io.out(renderProblems(io, { targets: [assessment.target] }));
        }
        session.exit(coverageExit(assessments) ?? EXIT.ok);
      });
    });
};
