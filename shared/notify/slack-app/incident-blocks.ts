import type { KnownBlock } from '@slack/types';
import { composeMessage } from '../message-content.ts';
import { mention, prose, slackTime } from '../mrkdwn.ts';
import type { PersonalAct } from '../notifier.ts';
import { type SlackMessage, slackMessage, symbolOf } from '../slack-blocks.ts';
import { MAX_BLOCKS } from '../slack-limits.ts';
import { type IncidentPost, messageOfPost } from './incident-post.ts';

/** What the buttons of a post do. The values of their `action_id`. */
export const ACTIONS = {
  acknowledge: 'headroom:acknowledge',
  mute4h: 'headroom:mute-4h',
  mute24h: 'headroom:mute-24h',
  muteUntilMonday: 'headroom:mute-until-monday',
  owners: 'headroom:owners',
} as const;

export type ActionId = (typeof ACTIONS)[keyof typeof ACTIONS];

/** Longest value of a button (docs.slack.dev, Block Kit, button element). */
const MAX_VALUE = 2_000;

/** The post of an incident as it stands. `value` comes back with each click of a button. */
export const incidentMessage = (post: IncidentPost, incident: string, value: string): SlackMessage => {
  const message = slackMessage(composeMessage(messageOfPost(post, incident)));
  const states = [
    ...(post.acknowledged === null ? [] : [actText({ kind: 'acknowledged', ...post.acknowledged })]),
    ...(post.muted === null ? [] : [actText({ kind: 'muted', at: post.muted.until, ...post.muted })]),
  ];
  const own: KnownBlock[] = [
    ...(post.picture === undefined ? [] : [pictureBlock(post.picture)]),
    ...(states.length === 0
      ? []
      : [
          {
            type: 'context' as const,
            elements: states.map((text) => ({ type: 'mrkdwn' as const, text, verbatim: true })),
          },
        ]),
    ...(post.level === 'ok' || value.length > MAX_VALUE ? [] : [buttons(value, post.acknowledged !== null)]),
  ];
  return { ...message, blocks: [...message.blocks.slice(0, MAX_BLOCKS - own.length), ...own] };
};

const pictureBlock = ({ file, title, alt }: NonNullable<IncidentPost['picture']>): KnownBlock => ({
  type: 'image',
  slack_file: { id: file },
  alt_text: alt,
  title: { type: 'plain_text', text: title },
});

const buttons = (value: string, isAcknowledged: boolean): KnownBlock => {
  const button = (label: string, action: ActionId) => ({
    type: 'button' as const,
    text: { type: 'plain_text' as const, text: label },
    action_id: action,
    value,
  });
  return {
    type: 'actions',
    elements: [
      ...(isAcknowledged
        ? []
        : [{ ...button('Acknowledge', ACTIONS.acknowledge), style: 'primary' as const }]),
      button('Mute 4 h', ACTIONS.mute4h),
      button('Mute 24 h', ACTIONS.mute24h),
      button('Mute until Monday', ACTIONS.muteUntilMonday),
      button('Who holds the addresses', ACTIONS.owners),
    ],
  };
};

/** A step in the thread: a line for each alert that changed. */
export const stepMessage = (message: Parameters<typeof composeMessage>[0]): SlackMessage => {
  const { entries, summary } = composeMessage(message);
  return lineMessage(
    entries
      .slice(0, STEP_LINES)
      .map(
        (entry) =>
          `${symbolOf(entry.level)} ${prose(entry.lead)}: ${prose(entry.title)}, ${slackTime(entry.transition.at)}`,
      )
      .concat(entries.length > STEP_LINES ? [`\u2026 and ${entries.length - STEP_LINES} more.`] : [])
      .join('\n'),
    prose(summary),
  );
};

/** What a person did, as a line of the thread. */
export const actText = (act: PersonalAct): string => {
  const who = person(act.by);
  switch (act.kind) {
    case 'acknowledged':
      return `\u{1F440} Acknowledged by ${who}, ${slackTime(act.at)}`;
    case 'withdrawn':
      return `Acknowledgement taken back by ${who}, ${slackTime(act.at)}`;
    case 'muted':
      return `\u{1F507} Muted by ${who} until ${slackTime(act.until)}`;
    case 'unmuted':
      return `\u{1F514} Mute ended by ${who}, ${slackTime(act.at)}`;
  }
};

/** A section takes 3,000 characters; a line has a title of at most 240. */
const STEP_LINES = 8;

/** A few lines of markup as a message. */
export const lineMessage = (markup: string, plain: string = markup): SlackMessage => ({
  text: plain.slice(0, 300),
  blocks: [{ type: 'section', text: { type: 'mrkdwn', text: markup.slice(0, 3_000), verbatim: true } }],
  unfurl_links: false,
  unfurl_media: false,
});

/** `Ada (Slack U123)` as a mention, which Slack shows as the name of the person; any other name as text. */
export const person = (by: string): string => {
  const id = /\(Slack ([UW][A-Z0-9]{2,20})\)$/.exec(by)?.[1];
  return id === undefined ? prose(by.slice(0, 100)) : mention(id);
};
