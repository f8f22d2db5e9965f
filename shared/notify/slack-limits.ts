/**
 * What Slack accepts. Sizes are in UTF-16 units unless they say bytes. Source of the first group: Block Kit reference
 * (docs.slack.dev/reference/block-kit), as `@slack/types` 3.2.0 repeats it.
 */

/** Blocks in one message. */
export const MAX_BLOCKS = 50;
/** A header's plain text. */
export const MAX_HEADER_TEXT = 150;
/** A section's text. */
export const MAX_SECTION_TEXT = 3_000;
/** Fields in one section, and the text of each. */
export const MAX_SECTION_FIELDS = 10;
export const MAX_FIELD_TEXT = 2_000;

/**
 * All of a message. Slack documents no such limit, but refuses larger ones (`msg_blocks_too_long`): people measured
 * refusals from 13,200 characters on (slackapi/bolt-js #2509), and once at 11,341 characters of text, whose JSON was
 * larger (#2867). Held here in bytes of JSON, which is never less than either.
 */
export const MAX_MESSAGE_BYTES = 12_000;
