import { shortDuration } from '../model/base/text/durations.ts';
import { count } from '../model/base/text/numbers.ts';
import { utcMinute } from '../model/base/text/times.ts';
import { filterable, type Places } from './facets.ts';
import { nameHtml, runway } from './figures.ts';
import { type Html, html } from './html.ts';
import type { RankedSubnet } from './worst-first.ts';

const DAY = 86_400_000;
const DAYS = 30;

/** What is open from the start; the others open by a click. */
const OPEN = 12;

/** The most that are listed: the table has all of them. */
const MOST = 100;

/** When a subnet can run out first, in epoch milliseconds; `null`: not within the days that are shown, or not known. */
const beginning = ({ first: { forecast } }: RankedSubnet, now: number): number | null => {
  const moments = [forecast?.exhaustionAt, forecast?.earliest].flatMap((at) =>
    at == null ? [] : [Date.parse(at)],
  );
  const [soonest] = moments.toSorted((a, b) => a - b);
  return soonest === undefined || soonest > now + DAYS * DAY ? null : soonest;
};

/** How far from today a moment lies on the lane, in percent. */
const along = (at: number, now: number): number =>
  Math.round(Math.min(100, Math.max(0, ((at - now) / (DAYS * DAY)) * 100)) * 10) / 10;

const lane = ({ first: { forecast, supply } }: RankedSubnet, from: number, now: number): Html => {
  const expected = forecast?.exhaustionAt == null ? null : Date.parse(forecast.exhaustionAt);
  const latest = forecast?.latest == null ? null : Date.parse(forecast.latest);
  const left = along(from, now);
  const width = Math.max(0.8, (latest === null ? 100 : along(latest, now)) - left);
  const until = latest === null ? 'possibly much later' : shortDuration(latest - now);
  const words = `No ${supply} left between ${shortDuration(Math.max(0, from - now))} and ${until} from now${expected === null ? '' : `; expected ${utcMinute(new Date(expected).toISOString())}`}`;
  return html`<span class="lane" role="img" aria-label="${words}" title="${words}"><i class="band" style="left:${left}%;width:${width}%"></i>${expected === null ? null : html`<i class="end" style="left:${along(expected, now)}%"></i>`}</span>`;
};

const row = (ranked: RankedSubnet, places: Places, now: number): Html => {
  const { key, subnet, severity, first } = ranked;
  const from = beginning(ranked, now) ?? now;
  const facets = places.ofSubnet(ranked);
  const words = [subnet.subnetId, subnet.name, subnet.cidrBlock, ...Object.values(facets).flat()];
  return html`<li class="${severity ?? ''}"${filterable(facets, words)}><a href="#${key}">${nameHtml(subnet.name, subnet.subnetId)}</a>${lane(ranked, from, now)}<b>${runway(first.forecast, now)}</b></li>`;
};

const noneText = (forecast: number, notKnown: number): Html => {
  if (forecast + notKnown === 0) return html`<p>There is no subnet with IPv4 addresses.</p>`;
  if (notKnown === 0) return html`<p>No subnet is expected to run out.</p>`;
  return forecast === 0
    ? html`<p class="unknown">Unknown: no subnet has a forecast.</p>`
    : html`<p>No subnet with a forecast is expected to run out.</p>`;
};

/** The days along the lanes, a week apart. */
const scale = (now: number): Html =>
  html`<div class="lanes-scale" aria-hidden="true"><span></span><span class="lane">${[0, 7, 14, 21, 28].map((days) => html`<i style="left:${along(now + days * DAY, now)}%">${days === 0 ? 'today' : new Date(now + days * DAY).toISOString().slice(5, 10)}</i>`)}</span><b></b></div>`;

/**
 * Subnets by the next thirty days: when each may run out of what it needs, the soonest first.
 *
 * @param unread so many accounts and Regions could not be read in full: what is not seen there may run out as well
 */
export const runwaySection = (
  ranked: readonly RankedSubnet[],
  places: Places,
  now: number,
  unread: number,
): Html => {
  const running = ranked
    .flatMap((each) => {
      const from = beginning(each, now);
      const expected = each.first.forecast?.exhaustionAt;
      const order = expected == null ? Number.MAX_SAFE_INTEGER : Date.parse(expected);
      return from === null ? [] : [{ each, from, order }];
    })
    .toSorted((a, b) => a.order - b.order || a.from - b.from)
    .map(({ each }) => each);
  const ipv4 = ranked.filter(({ subnet }) => subnet.cidrBlock !== null);
  const unknown = ipv4.filter(({ first }) => (first.forecast?.probabilityWithin ?? null) === null).length;
  const notExpected = ranked.filter(
    (each) => beginning(each, now) === null && (each.first.forecast?.probabilityWithin ?? null) !== null,
  );
  const old = notExpected.filter(({ subnet }) => subnet.figuresFrom !== undefined).length;
  const rest = notExpected.length - old;
  const list = (some: readonly RankedSubnet[]): Html =>
    html`<ul class="lanes">${some.map((each) => row(each, places, now))}</ul>`;
  const notes = [
    rest === 0 ? null : `${count(rest, 'subnet')} not expected to run out within ${DAYS} days.`,
    old === 0 ? null : `${count(old, 'subnet')} with old figures.`,
    unknown === 0 ? null : `${count(unknown, 'subnet')} without a forecast.`,
    unread === 0 ? null : `${count(unread, 'scan')} could not read everything.`,
  ].filter((note) => note !== null);
  return html`<section id="runway"><h2>The next ${DAYS} days</h2>${
    running.length === 0
      ? noneText(ipv4.length - unknown, unknown + unread)
      : html`${scale(now)}${list(running.slice(0, OPEN))}${running.length > OPEN ? html`<details><summary>${count(running.length - OPEN, 'more subnet')}</summary>${list(running.slice(OPEN, MOST))}${running.length > MOST ? html`<p class="muted">The others are in the table.</p>` : null}</details>` : null}`
  }<p class="muted rest">${notes.join(' ')}</p></section>`;
};

export const RUNWAY_STYLE = [
  '.hr .lanes{list-style:none;margin:0;padding:0}.hr .lanes li,.hr .lanes-scale{display:grid;grid-template-columns:minmax(0,220px) minmax(0,1fr) 132px;gap:4px 12px;align-items:center;padding:3px 0}.hr .lanes a{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}.hr .lanes b{font-weight:600;font-variant-numeric:tabular-nums}',
  '.hr .lane{position:relative;display:block;height:18px;border-radius:3px;background:var(--free)}.hr .lane i{position:absolute;top:0;bottom:0;display:block}',
  '.hr .lane .band{background:var(--warning);opacity:.75;border-radius:3px}.hr .critical .lane .band{background:var(--critical)}.hr .lane .end{width:3px;margin-left:-1px;background:var(--ink)}',
  '.hr .lanes-scale .lane{background:none;height:16px;overflow:hidden}.hr .lanes-scale i{font:11px/16px ui-monospace,SFMono-Regular,Menlo,"DejaVu Sans Mono",monospace;color:var(--muted);white-space:nowrap;border-left:1px solid var(--faint);padding-left:3px}',
  '@media (max-width:640px){.hr .lanes li,.hr .lanes-scale{grid-template-columns:minmax(0,1fr) auto}.hr .lanes li .lane,.hr .lanes-scale .lane{grid-column:1/-1;grid-row:2}.hr .lanes-scale span:first-child,.hr .lanes-scale b{display:none}}',
].join('\n');
