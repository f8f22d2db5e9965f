import { runStory } from '../lab/demo/story.ts';
import { openStoryLab } from '../lab/demo/story-lab.ts';
import { demo } from '../lab/estates/demo.ts';
import { count } from '../shared/model/base/text/numbers.ts';
import { decodeAddressMap } from '../shared/model/subnet/address-map.ts';
import { composeMessage } from '../shared/notify/message-content.ts';
import { slackMessage } from '../shared/notify/slack-blocks.ts';
import { addressMapSvg, mapShapes, ownerKey } from '../shared/report/address-map-svg.ts';
import { ownerLabel } from '../shared/report/figures.ts';
import { html } from '../shared/report/html.ts';
import { widgetStyle } from '../shared/report/stylesheet.ts';
import { MESSAGE_STYLE, slackHtml } from './message-pages.ts';

/** The picture that README begins with: a subnet of the demo whose free addresses are of no use to a new node. */
const SUBNET = 'data-a';
/** The first hour, in days: the message is sent then, so both sides show the same scan. */
const DAYS = 1 / 24;

const STYLE = `
  .opening { display: grid; grid-template-columns: 400px 720px; align-items: start; width: 1160px; padding: 12px 20px }
  .opening .hr { font-size: 15px; padding-top: 16px }
  .opening .hr h3 { font-size: 18px } .opening .map:not(.key) { max-width: none !important; margin: 16px 0 }
  .opening .big { font-size: 15px } .opening .keys { display: block; font-size: 14px } .opening .keys li { margin: 4px 0 }
`;

/** The address map of that subnet as the report draws it, beside the message that Slack gets about it. */
export const openingPage = async (): Promise<string> => {
  const story = await runStory(
    { onTime: () => {}, onTransitions: () => {} },
    { openLab: () => openStoryLab(demo), days: DAYS },
  );
  const subnet = story.after.flatMap(({ subnets }) => subnets).find(({ name }) => name === SUBNET);
  const map = story.after.flatMap(({ maps }) => maps).find(({ subnetId }) => subnetId === subnet?.subnetId);
  const about = story.messages.find(({ message }) =>
    message.transitions.some(({ finding }) => finding.subject.id === subnet?.subnetId),
  );
  if (subnet === undefined || map === undefined || about === undefined)
    throw new Error(`The demo has no message about ${SUBNET} in its first hour.`);
  const blocks = decodeAddressMap(map);
  const free = blocks.filter(({ state }) => state === 'free').length;
  const owners = map.owners.map((owner, rank) => html`<li>${ownerKey(rank)}${ownerLabel(owner)}</li>`);
  const left = html`<div class="hr"><h3>${SUBNET}, ${subnet.cidrBlock}</h3>
    <p class="big">${count(subnet.available ?? 0, 'address')} free</p><p class="big"><b>${free} of ${count(blocks.length, 'block')} of 16 addresses free</b></p>
    ${addressMapSvg(map)}<ul class="keys">${owners}</ul>${mapShapes(['free', 'prefix', 'fragmented', 'aws'])}</div>`;
  return `<!doctype html><meta charset="utf-8"><style>${widgetStyle('light')}${MESSAGE_STYLE}${STYLE}</style>
    <div class="opening">${left.text}${slackHtml(slackMessage(composeMessage(about.message)))}</div>`;
};
