// Read by serverless.yml, which takes values from .js files. What the deployment must know of headroom.yml is taken from
// it here, so that it is said in one place only; a headroom.yml that cannot be used stops the deployment.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseConfiguration } from '../../shared/config/headroom-yml.ts';
import { DEFAULT_ROLE_NAME } from '../../shared/config/schema/targets.ts';
import { assumeReaders } from './assume-readers.ts';
import { variableLines } from './deployment-problems.ts';
import { destinationsPolicy } from './destinations-policy.ts';
import { metricResourcesOf } from './metric-resources.ts';
import { DEFAULT_CONFIGURATION } from './template/parameters.ts';

const path = process.env.HEADROOM_YML ?? fileURLToPath(new URL('../../headroom.yml', import.meta.url));

// The headroom.yml beside serverless.yml, or the empty configuration, which is a whole one: every default applies.
const given = existsSync(path) ? readFileSync(path, 'utf8') : '';

export const text = given.trim() === '' ? DEFAULT_CONFIGURATION : given;

const variables = variableLines(text);
if (variables.length > 0) throw new Error(variables.join('\n'));

const { targets, metrics, destinations, alerts } = parseConfiguration(text, path);

/** What the schedule must fit to. */
export const policy = { rules: alerts.rules };

/** Who may be asked: the role that infra/lambda/spoke-role.yml makes, in the accounts of headroom.yml alone. */
export const readOtherAccounts = assumeReaders(targets.accounts, targets.role?.name ?? DEFAULT_ROLE_NAME);

export const namespace = metrics.namespace;

/** `cloudwatch`, `emf` or `otlp`. */
export const metricsSink = metrics.sink;

/** What metrics by OTLP need: permissions, and alarms in PromQL. */
export const metricResources = { Resources: metricResourcesOf(metrics) };

/** Whether buttons in Slack need an address. A text, as conditions compare it. */
export const hasSlackApp = String([...destinations.values()].some(({ kind }) => kind === 'slack-app'));

/** What the functions may send to besides the deployment's own topic. */
export const destinationResources = { Resources: destinationsPolicy(destinations) };
