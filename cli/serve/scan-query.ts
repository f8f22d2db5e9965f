import type { TargetAssessment } from '../../shared/model/result/assessment.ts';
import { type ScanDocument, scanDocument } from '../../shared/pipeline/scan-document.ts';
import { type Places, searchText } from '../../shared/report/facets.ts';
import type { RankedSubnet } from '../../shared/report/worst-first.ts';
import { UsageError } from '../base/command-line.ts';

/** A document of more subnets is asked for in parts: 10,000 subnets have about 31 MB. */
export const MOST_WHOLE = 20_000;

/** Subnets of one part, unless the request says. */
const PART = 1_000;
const LARGEST_PART = 5_000;

const FILTERS = ['account', 'region', 'vpc', 'cluster', 'zone', 'severity', 'subnet', 'q'];
const NAMES = [...FILTERS, 'limit', 'offset'];

/** What a request asks for. */
interface ScanQuery {
  /** Several values of one name: any of them. */
  readonly wanted: (name: string) => readonly string[];
  readonly words: readonly string[];
  readonly limit: number;
  readonly offset: number;
}

const wholeNumber = (query: URLSearchParams, name: string, otherwise: number, least: number): number => {
  const given = query.get(name);
  if (given === null) return otherwise;
  if (!/^\d{1,9}$/.test(given) || Number(given) < least)
    throw new UsageError(
      `${name}=${given} is not a whole number of at least ${least}.`,
      'Give it as digits.',
    );
  return Number(given);
};

/** @throws UsageError for a name or a number that is none */
const parseQuery = (query: URLSearchParams): ScanQuery => {
  const unknown = [...query.keys()].filter((name) => !NAMES.includes(name));
  if (unknown.length > 0)
    throw new UsageError(
      `/scan.json has no ${[...new Set(unknown)].join(', ')}.`,
      `Give ${NAMES.join(', ')}.`,
    );
  const limit = wholeNumber(query, 'limit', PART, 1);
  if (limit > LARGEST_PART)
    throw new UsageError(`limit=${limit} is more than ${LARGEST_PART}.`, 'Ask for several parts.');
  return {
    wanted: (name) => query.getAll(name),
    words: query.getAll('q').flatMap((text) =>
      text
        .toLowerCase()
        .split(/\s+/)
        .filter((word) => word !== ''),
    ),
    limit,
    offset: wholeNumber(query, 'offset', 0, 0),
  };
};

const isWanted = (ranked: RankedSubnet, places: Places, { wanted, words }: ScanQuery): boolean => {
  const { subnet } = ranked;
  const facets = places.ofSubnet(ranked);
  const values: Readonly<Record<string, readonly string[]>> = {
    ...facets,
    subnet: subnet.name === null ? [subnet.subnetId] : [subnet.subnetId, subnet.name],
  };
  const fits = FILTERS.every((name) => {
    const asked = name === 'q' ? [] : wanted(name);
    return asked.length === 0 || asked.some((value) => values[name]?.includes(value) === true);
  });
  if (!fits || words.length === 0) return fits;
  const text = searchText([subnet.subnetId, subnet.name, subnet.cidrBlock, ...Object.values(facets).flat()]);
  return words.every((word) => text.includes(word));
};

/** Which part of what was found a document has. */
export interface DocumentPart {
  /** Subnets that fit. */
  readonly of: number;
  readonly offset: number;
  readonly limit: number;
  /** The address of the next part; `null`: this is the last one. */
  readonly next: string | null;
}

/**
 * A part of the last scans: the subnets that a request asks for, worst first, with the VPCs, clusters, findings and leaked
 * interfaces that concern them. Every target is in each part, so that a part never hides one that could not be read.
 *
 * @throws UsageError for a request that has something that is none
 */
export const scanPart = (
  query: URLSearchParams,
  known: {
    readonly assessments: readonly TargetAssessment[];
    readonly ranked: readonly RankedSubnet[];
    readonly places: Places;
  },
  scannedAt: string,
): ScanDocument & { readonly part: DocumentPart } => {
  const asked = parseQuery(query);
  const fitting = known.ranked.filter((each) => isWanted(each, known.places, asked));
  const shown = fitting.slice(asked.offset, asked.offset + asked.limit);
  const keys = new Set(shown.map(({ key }) => key));
  const vpcs = new Set(shown.map(({ subnet }) => `${subnet.accountId}/${subnet.region}/${subnet.vpcId}`));
  const assessments = known.assessments.map((assessment): TargetAssessment => {
    const { accountId, region } = assessment.target;
    const has = (subnetId: string): boolean => keys.has(`${accountId}/${region}/${subnetId}`);
    return {
      ...assessment,
      vpcs: assessment.vpcs.filter(({ vpcId }) => vpcs.has(`${accountId}/${region}/${vpcId}`)),
      clusters: assessment.clusters.filter(({ subnetIds }) => subnetIds.some(has)),
      leakedInterfaces: assessment.leakedInterfaces.filter(({ subnetId }) => has(subnetId)),
      findings: assessment.findings.filter(({ subject }) => [...subject.subnetIds, subject.id].some(has)),
    };
  });
  const end = asked.offset + shown.length;
  const following = new URLSearchParams(query);
  following.set('limit', String(asked.limit));
  following.set('offset', String(end));
  return {
    ...scanDocument(assessments, scannedAt),
    subnets: shown.map(({ subnet }) => subnet),
    part: {
      of: fitting.length,
      offset: asked.offset,
      limit: asked.limit,
      next: end < fitting.length && shown.length > 0 ? `scan.json?${following}` : null,
    },
  };
};

/** @throws UsageError where there are too many subnets for one document */
export const refuseTooMany = (subnets: number): void => {
  if (subnets > MOST_WHOLE)
    throw new UsageError(
      `There are ${subnets} subnets, and one document has at most ${MOST_WHOLE}.`,
      'Ask for parts, such as /scan.json?limit=1000, or for some of them by account, region, vpc, cluster, zone, severity, subnet or q.',
    );
};
