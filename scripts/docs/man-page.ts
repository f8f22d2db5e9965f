import type { CommandEntry, OptionEntry } from '../../cli/base/command-tree.ts';
import { VERSION } from '../../cli/version.ts';
import { describedProgram } from './described-program.ts';

/** A dot or a quote at the start of a line would be a request, a backslash an escape; a plain hyphen would become typographic. */
const roff = (text: string): string =>
  text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^(?=[.'])/gm, '\\&');

const optionText = ({ flags, description, defaultValue }: OptionEntry): string =>
  `.TP\n\\fB${roff(flags)}\\fR\n${roff(description)}${defaultValue === null ? '' : ` (default: ${roff(defaultValue)})`}\n`;

const literal = (text: string): string => (text === '' ? '' : `.PP\n.nf\n${roff(text)}\n.fi\n`);

/** A command, and those below it, each with a heading of its own. */
const commandText = (command: CommandEntry, path: string): string => {
  if (command.commands.length > 0)
    return command.commands.map((child) => commandText(child, `${path} ${child.name}`)).join('');
  const aliases = command.aliases.length === 0 ? '' : ` Also: ${command.aliases.join(', ')}.`;
  return `.SS ${roff(`${path} ${command.usage}`)}\n${roff(command.description)}.${aliases}\n${command.options.map(optionText).join('')}${literal(command.epilogue)}`;
};

/** The manual page, from the command line's own description of itself. */
export const manPage = (): string => {
  const program = describedProgram();
  return `.\\" Made from cli/ by npm run docs.
.TH HEADROOM 1 "" "Headroom ${VERSION}" "User Commands"
.SH NAME
headroom \\- warns days ahead when a VPC subnet or an EKS cluster runs out of IP addresses
.SH SYNOPSIS
.B headroom
.I command
[options]
.SH DESCRIPTION
${roff(program.description)}
.SH OPTIONS
${program.options.map(optionText).join('')}.SH COMMANDS
${program.commands.map((command) => commandText(command, command.name)).join('')}.SH FILES
.TP
.I headroom.yml
Targets, thresholds, destinations and all other settings. All of them are optional.
.TP
.I headroom.sqlite
The state of \\fBheadroom serve\\fR: history and alerts.
.SH ENVIRONMENT
.TP
AWS_PROFILE, AWS_REGION, AWS_ENDPOINT_URL, ...
Credentials, profiles, Regions and endpoints come from the default chain of the AWS SDK.
.TP
HTTPS_PROXY, HTTP_PROXY, NO_PROXY, AWS_CA_BUNDLE, NODE_EXTRA_CA_CERTS
The proxy for all connections, and further certificates to trust.
.TP
NO_COLOR, FORCE_COLOR
Colour the output never, or always.
.SH EXAMPLES
${literal(program.epilogue)}`;
};
