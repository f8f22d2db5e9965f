/**
 * Packs instance limits into `shared/model/cluster/data/instance-limits.ts`.
 *
 *     node scripts/build-instance-limits.ts limits.json > shared/model/cluster/data/instance-limits.ts
 *
 * The input is one JSON object, `{ "m5.large": { "maxEnis", "ipv4PerEni", "hypervisor", "bareMetal", "networkCards",
 * "branchEnis" }, ... }`, gathered from the sources named in the module's head. 1,391 types share 142 distinct
 * profiles, and most families share their sizes with another, so the packed form is a tenth of the JSON.
 */
import { readFileSync } from 'node:fs';

interface Entry {
  readonly maxEnis: number;
  readonly ipv4PerEni: number;
  readonly hypervisor: string;
  readonly bareMetal: boolean;
  readonly networkCards: number;
  readonly branchEnis: number | null;
}

const [input] = process.argv.slice(2);
if (input === undefined) {
  process.stderr.write('usage: node scripts/build-instance-limits.ts limits.json\n');
  process.exit(2);
}
const limits = JSON.parse(readFileSync(input, 'utf8')) as Record<string, Entry>;

const profileOf = (entry: Entry): string =>
  [
    `${entry.maxEnis}x${entry.ipv4PerEni}`,
    entry.hypervisor,
    entry.bareMetal ? 'metal' : 'virtual',
    entry.networkCards,
    entry.branchEnis ?? '?',
  ].join(' ');

const profiles = [...new Set(Object.values(limits).map(profileOf))].sort();
const index = new Map(profiles.map((profile, position) => [profile, position.toString(36)]));

const families = new Map<string, string[]>();
for (const [type, entry] of Object.entries(limits)) {
  const dot = type.indexOf('.');
  const family = type.slice(0, dot);
  const sizes = families.get(family) ?? [];
  sizes.push(`${type.slice(dot + 1)}=${index.get(profileOf(entry))}`);
  families.set(family, sizes);
}
const familiesBySizes = new Map<string, string[]>();
for (const [family, sizes] of families) {
  const key = sizes.sort().join(' ');
  familiesBySizes.set(key, [...(familiesBySizes.get(key) ?? []), family]);
}
const lines = [...familiesBySizes].map(([sizes, names]) => `${names.sort().join(',')}: ${sizes}`).sort();

process.stdout.write(`/**
 * Limits of ${Object.keys(limits).length} instance types, made by \`scripts/build-instance-limits.ts\`; do not edit by hand.
 *
 * Sources, all Apache-2.0: interfaces and addresses on the default network card, hypervisor and bare metal from
 * aws/amazon-vpc-cni-k8s \`pkg/vpc/vpc_ip_resource_limit.go\` (b52188387f2e, 2026-08-20); branch interfaces from
 * aws/karpenter-provider-aws \`zz_generated.vpclimits.go\` (1d927085dd81), else from
 * aws/amazon-vpc-resource-controller-k8s \`pkg/aws/vpc/limits.go\` (b8d425119bdb).
 */

/** \`<interfaces>x<IPv4 addresses each> <hypervisor> <metal|virtual> <network cards> <branch interfaces, ? unknown>\` */
export const PROFILES = \`${profiles.join('\n')}\`;

/** \`<families>: <size>=<position of its profile, in base 36> ...\` */
export const FAMILIES = \`${lines.join('\n')}\`;
`);
