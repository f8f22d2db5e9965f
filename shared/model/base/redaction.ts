/**
 * Takes secrets out of text that is about to be logged or shown. It is the second line: the first is that no error or
 * log call is given a secret at all. It knows the shapes of the secrets that Headroom handles or could meet in an
 * answer that AWS or a chat service sends back.
 */

const REDACTED = '[redacted]';

/** What names a secret, in `snake_case`, `kebab-case` and `camelCase`, whatever stands before it. */
const SECRET_NAMES = [
  'secret access key',
  'secret string',
  'session token',
  'security token',
  'routing key',
  'api key',
  'webhook url',
  'password',
  'passwd',
  'authorization',
]
  .map((name) => name.replaceAll(' ', '[_-]?'))
  .join('|');

const PATTERNS: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  // A Slack webhook is its own credential: anybody who has the URL may post. The path holds it, the host may stay.
  [/(https?:\/\/hooks\.slack(?:-gov)?\.com\/)[^\s"'<>\\)]+/gi, `$1${REDACTED}`],
  // Slack tokens: bot, user, app, refresh, configuration.
  [/\bxox[a-z]-[\w-]+|\bxapp-[\w-]+|\bxoxe\.[\w.-]+/gi, REDACTED],
  // Temporary and permanent access key ids, and what SigV4 puts into headers and presigned URLs.
  [/\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b/g, REDACTED],
  [/((?:X-Amz-(?:Signature|Credential))=)[^&\s"']+/gi, `$1${REDACTED}`],
  [/(\bSignature=)[0-9a-f]{16,}/gi, `$1${REDACTED}`],
  // `name: value` and `"name": "value"` pairs whose name says what they are.
  [
    new RegExp(`((?:${SECRET_NAMES})["']?\\s*[:=]\\s*)(?:"(?:[^"\\\\]|\\\\.)*"|'[^']*'|[^\\s,;}&]+)`, 'gi'),
    `$1"${REDACTED}"`,
  ],
  // User information in a URL.
  [/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@:]+:[^\s/@]+@/gi, `$1${REDACTED}@`],
];

/** The text with every secret that it recognises replaced by `[redacted]`. */
export const redactSecrets = (text: string): string =>
  PATTERNS.reduce((result, [pattern, replacement]) => result.replace(pattern, replacement), text);

/** A name under which a value is a secret, whatever it looks like. */
const SECRET_NAME = new RegExp(`(?:${SECRET_NAMES})$`, 'i');

/** A `JSON.stringify` replacer, which is what the logger takes: redacts by name and by shape, at every depth. */
export const redactingReplacer = (key: string, value: unknown): unknown => {
  if (value !== null && value !== undefined && SECRET_NAME.test(key)) return REDACTED;
  return typeof value === 'string' ? redactSecrets(value) : value;
};
