import { percentOf } from '../model/base/text/numbers.ts';
import { sentence } from '../model/base/text/sentence.ts';
import { utcMinute } from '../model/base/text/times.ts';
import type { AddressMap, SubnetAssessment } from '../model/result/assessment.ts';
import { chancesText, expectationText } from '../model/result/expectation.ts';
import type { Forecast } from '../model/result/forecast.ts';
import { addressSupply } from '../model/subnet/address-supply.ts';
import { hasNoFreeRange, inDoubt, largestFreeText } from '../model/subnet/free-range.ts';
import { addressMapSvg, ownerKey, unseenText } from './address-map-svg.ts';
import { figure, nameHtml, ownerLabel, share } from './figures.ts';
import { growthRows } from './growth-text.ts';
import { type Html, html } from './html.ts';
import { forecastStrip } from './outlook-strip.ts';

/** Everything about one subnet: the numbers, the map, who holds it, the outlook and what is not known. */

const reasonFor = (subnet: SubnetAssessment, field: string): string =>
  subnet.unknowns.find((unknown) => unknown.field === field)?.reason ?? 'not known';

const numbers = (subnet: SubnetAssessment): Html => {
  const why = (field: string): string => reasonFor(subnet, field);
  const { prefixes } = subnet;
  const largest = largestFreeText(subnet);
  const rows: readonly (readonly [string, Html])[] = [
    ['Single addresses left', figure(addressSupply(subnet)?.available ?? null, why('availableSingle'))],
    ['Free with reserved ones', figure(subnet.available, why('available'))],
    ['In use', figure(subnet.used, why('used'))],
    ['Usable', figure(subnet.usable, why('usable'))],
    ['Free prefixes', figure(prefixes?.free ?? null, why('prefixes'))],
    ['Assigned prefixes', figure(prefixes?.assigned ?? null, why('prefixes'))],
    ['Largest free block', largest === null ? figure(null, why('largestFreeBlock')) : html`${largest}`],
    ...(hasNoFreeRange(subnet)
      ? []
      : ([
          ['Fragmented', share(percentOf(subnet.fragmentationIndex, 1), why('fragmentationIndex'), 0)],
        ] as const)),
    ['Stranded', figure(subnet.stranded, why('stranded'))],
    ['AWS says available', figure(subnet.awsAvailable, why('awsAvailable'))],
    ['Unaccounted for', figure(subnet.unaccounted, why('unaccounted'))],
    ['Leaked interfaces', figure(subnet.leakedInterfaces, why('leakedInterfaces'))],
  ];
  return html`<dl class="numbers">${rows.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
};

const OWNERS_SHOWN = 12;

const owners = (subnet: SubnetAssessment, map: AddressMap | undefined): Html => {
  if (subnet.owners === null)
    return html`<p class="unknown">Owners unknown: ${reasonFor(subnet, 'owners')}</p>`;
  if (subnet.owners.length === 0) return html`<p>No addresses are in use.</p>`;
  const keyFor = (kind: string, name: string | null): Html | null => {
    const place = map?.owners.findIndex((owner) => owner.kind === kind && owner.name === name) ?? -1;
    return place < 0 ? null : ownerKey(place);
  };
  const rest = subnet.owners.slice(OWNERS_SHOWN);
  return html`<table class="owners"><thead><tr><th scope="col">Holder</th><th scope="col" class="n">Interfaces</th><th scope="col" class="n">Addresses</th><th scope="col" class="n">Share</th></tr></thead><tbody>${subnet.owners
    .slice(0, OWNERS_SHOWN)
    .map(
      ({ kind, name, interfaces, addresses }) =>
        html`<tr><td>${keyFor(kind, name)}${ownerLabel({ kind, name: null })} ${nameHtml(name)}</td><td class="n">${figure(interfaces)}</td><td class="n">${figure(addresses)}</td><td class="n">${share(percentOf(addresses, subnet.usable))}</td></tr>`,
    )}${
    rest.length === 0
      ? null
      : html`<tr><td>${rest.length} more</td><td class="n">${figure(rest.reduce((sum, { interfaces }) => sum + interfaces, 0))}</td><td class="n">${figure(rest.reduce((sum, { addresses }) => sum + addresses, 0))}</td><td></td></tr>`
  }</tbody></table>`;
};

const outlook = (title: string, forecast: Forecast | undefined, now: number): Html | null => {
  if (forecast === undefined) return null;
  const { probabilityWithin } = forecast;
  return html`<div class="outlook"><h4>${title}</h4>${forecastStrip(forecast, now)}${
    probabilityWithin === null
      ? null
      : html`<p>${expectationText(forecast, now)}.</p><p>Probability: ${chancesText(probabilityWithin)}.</p>`
  }<p class="muted">${forecast.reason}</p></div>`;
};

const reservations = ({ reservations: known }: SubnetAssessment): Html | null =>
  known === null || known.length === 0
    ? null
    : html`<p>Reservations: ${known.map(
        ({ cidr, type, available }, index) =>
          html`${index === 0 ? '' : ', '}<code>${cidr}</code> ${type} (${figure(available)} free)`,
      )}.</p>`;

/** What groups may still take here if all of them go to their maximum. */
const mayGrow = ({ mayGrow: growth, subnetId }: SubnetAssessment): Html | null =>
  growth === undefined
    ? null
    : html`<h4>May grow</h4><div class="scroll" tabindex="0" role="region" aria-label="What may still grow in ${subnetId}"><table><thead><tr><th scope="col">Group</th><th scope="col" class="n">More nodes</th><th scope="col" class="n">At the start</th><th scope="col" class="n">Full of pods</th></tr></thead><tbody>${growthRows(
        growth,
      ).map(
        ({ atStart, group, moreNodes, whenFull }) =>
          html`<tr><td>${nameHtml(group)}</td><td class="n">${figure(moreNodes)}</td><td class="n">${atStart}</td><td class="n">${whenFull}</td></tr>`,
      )}</tbody></table></div>`;

const unknowns = (subnet: SubnetAssessment): Html | null => {
  const reasons = [...new Set(inDoubt(subnet.unknowns).map(({ reason }) => reason))];
  return reasons.length === 0
    ? null
    : html`<div class="unknowns"><h4>Not known</h4><ul>${reasons.map(
        (reason) =>
          html`<li>${reason} <span class="muted">(${subnet.unknowns
            .filter((unknown) => unknown.reason === reason)
            .map(({ field }) => field)
            .join(', ')})</span></li>`,
      )}</ul></div>`;
};

/** How old its map is, where it is not of the last scan. */
export const readBefore = ({ interfacesReadAt }: SubnetAssessment): string | null =>
  interfacesReadAt === undefined ? null : `interfaces read ${utcMinute(interfacesReadAt)}`;

const whereabouts = (subnet: SubnetAssessment): Html =>
  html`<p class="where">${[
    subnet.subnetId,
    subnet.cidrBlock ?? 'IPv6 only',
    subnet.availabilityZone ?? subnet.availabilityZoneId,
    subnet.vpcId,
    `account ${subnet.accountId}`,
    subnet.region,
    subnet.ownerId === null ? null : `shared by account ${subnet.ownerId}`,
    subnet.figuresFrom === undefined ? null : `figures of ${utcMinute(subnet.figuresFrom)}, not read since`,
    readBefore(subnet),
  ]
    .filter((word) => word !== null)
    .join(' · ')}</p>`;

/** The map, or why there is none. */
export const mapOrReason = (subnet: SubnetAssessment, map: AddressMap | undefined): Html =>
  map === undefined
    ? html`<p class="unknown">No map: ${subnet.cidrBlock === null ? 'the subnet has no IPv4 addresses.' : sentence(reasonFor(subnet, 'blocks'))}</p>`
    : html`<div class="map-frame">${addressMapSvg(map)}</div>${unseenText(map) === null ? null : html`<p class="unknown">${unseenText(map)}</p>`}`;

export const subnetDetail = (
  subnet: SubnetAssessment,
  map: AddressMap | undefined,
  now: number,
  extra: Html | null = null,
): Html =>
  html`${whereabouts(subnet)}${mapOrReason(subnet, map)}${subnet.cidrBlock === null ? null : numbers(subnet)}<div class="columns"><div>${owners(subnet, map)}</div><div>${outlook('Single addresses', subnet.forecast.addresses, now)}${
    subnet.usesPrefixes === true ? outlook('Prefixes', subnet.forecast.prefixes, now) : null
  }</div></div>${mayGrow(subnet)}${extra}${reservations(subnet)}${unknowns(subnet)}`;
