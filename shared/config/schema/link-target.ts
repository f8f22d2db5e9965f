/** An address that links in messages may have: no user, no query, no fragment. */
export const LINK_TARGET = /^https?:\/\/[^\s/?#@\\]+(?:\/[^\s?#\\]*)?$/;
