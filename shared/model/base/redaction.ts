/**
 * Takes secrets out of text that is about to be logged or shown. It is the second line: the first is that no error or
 * log call is given a secret at all, and that what answers to one is searched for it by value (`known-secret.ts`). It knows
 * the shapes of the secrets that Headroom handles or could meet in an answer that AWS or a chat service sends back.
 */

const REDACTED = '[redacted]';

/** What names a secret, in `snake_case`, `kebab-case` and `camelCase`, whatever stands before it. */
const SECRET_NAMES = [
  'secret access key',
  'secret string',
  'session token',
  'security token',
  'access token',
  'refresh token',
  'auth token',
  'bot token',
  'api token',
  'id token',
  'client secret',
  'signing secret',
  'routing key',
  'integration key',
  'service key',
  'private key',
  'api key',
  'webhook url',
  'password',
  'passwd',
]
  .map((name) => name.replaceAll(' ', '[_-]?'))
  .join('|');

/** A quote, as itself, after backslashes (JSON within JSON), as an entity (XML, HTML) or in a URL. */
const QUOTE = String.raw`\\{0,4}["']|&(?:quot|apos|#34|#39);|%(?:25)?2[27]`;
const EQUALS = String.raw`\s{0,8}(?:[:=]|%(?:25)?3[AaDd])\s{0,8}`;

/** Text of a secret up to what ends it. None is longer. */
const LONGEST = 4096;

const PATTERNS: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  // A Slack webhook is its own credential: anybody who has the URL may post. The path holds it, the host may stay.
  [
    /(hooks\.slack(?:-gov)?\.com)((?:\\{0,4}\/|%(?:25)?2F)(?:[^\s"'<>\\)]|\\{1,4}\/){1,4096})/gi,
    `$1/${REDACTED}`,
  ],
  // The path alone: workspace, webhook, token.
  [
    /\bT[A-Z0-9]{5,14}(?:\\{0,4}\/|%(?:25)?2[Ff])B[A-Z0-9]{5,14}(?:\\{0,4}\/|%(?:25)?2[Ff])\w{8,64}/g,
    REDACTED,
  ],
  // Slack tokens: bot, user, app, refresh, configuration.
  [/\bxox[a-z]-[\w-]{1,512}|\bxapp-[\w-]{1,512}|\bxoxe\.[\w.-]{1,512}/gi, REDACTED],
  // Temporary and permanent access key ids, and what SigV4 puts into headers and presigned URLs.
  [/\b(?:AKIA|ASIA)[A-Z0-9]{12,128}/g, REDACTED],
  [/(X-Amz-(?:Signature|Credential)(?:=|%3D|: ?))[^&\s"']{1,4096}/gi, `$1${REDACTED}`],
  [/(\bSignature=)[0-9a-f]{16,128}/gi, `$1${REDACTED}`],
  // HTTP's own header, and its value where the name is gone. RFC 6750, RFC 7617, PagerDuty's `Token token=`.
  [/(\b(?:Bearer|Basic)(?: |%20|\+))[\w.~+/=%-]{6,4096}/gi, `$1${REDACTED}`],
  [
    /(authorization\\{0,4}["']?\s{0,8}[:=]\s{0,8})(?!["']?(?:Bearer|Basic) \[redacted)(?:"[^"]{1,4096}"|'[^']{1,4096}'|[^\r\n"',;&<]{1,4096})/gi,
    `$1"${REDACTED}"`,
  ],
  [/(\bToken token=)[^\s,;&<]{1,512}/gi, `$1${REDACTED}`],
  // `name: value` and `"name": "value"` pairs whose name says what they are; also escaped, in XML attributes and in URLs.
  [
    new RegExp(
      `((?:${SECRET_NAMES})(?:${QUOTE})?${EQUALS})(?:"(?:[^"\\\\]|\\\\.){0,${LONGEST}}"|'[^']{0,${LONGEST}}'|(?:${QUOTE})?[^\\s,;}&"'\\\\<]{1,${LONGEST}}(?:${QUOTE})?)`,
      'gi',
    ),
    `$1"${REDACTED}"`,
  ],
  // `<Name>value</Name>`.
  [
    new RegExp(
      `((?:<|&lt;)(?:[\\w-]{1,40}:)?[\\w-]{0,40}(?:${SECRET_NAMES})(?:>|&gt;))[^<&]{1,${LONGEST}}`,
      'gi',
    ),
    `$1${REDACTED}`,
  ],
  // User information in a URL.
  [/(\b[a-z][a-z0-9+.-]{1,20}:\/\/)[^\s/@:]{1,256}:[^\s/@]{1,256}@/gi, `$1${REDACTED}@`],
];

/** For the test that none of them takes quadratic time. */
export const SECRET_PATTERNS = PATTERNS;

/** The text with every secret that it recognises replaced by `[redacted]`. */
export const redactSecrets = (text: string): string =>
  PATTERNS.reduce((result, [pattern, replacement]) => result.replace(pattern, replacement), text);

/** A name under which a value is a secret, whatever it looks like. */
const SECRET_NAME = new RegExp(`(?:${SECRET_NAMES}|authorization)$`, 'i');

/** A `JSON.stringify` replacer, which is what the logger takes: redacts by name and by shape, at every depth. */
export const redactingReplacer = (key: string, value: unknown): unknown => {
  if (value !== null && value !== undefined && SECRET_NAME.test(key)) return REDACTED;
  return typeof value === 'string' ? redactSecrets(value) : value;
};
