/** What a CloudWatch dashboard asks of the custom widget. */
export interface WidgetRequest {
  /** CloudWatch asks for documentation, to show it where the widget is edited. */
  readonly describe: boolean;
  readonly theme: 'light' | 'dark';
  readonly accountId: string | null;
  readonly region: string | null;
  readonly vpcId: string | null;
  readonly subnetId: string | null;
  /**
   * `table`: subnets and maps. `alerts`: what fires and what was found. `history`: the past of the worst subnets. `names`: the
   * names of the subnets that graphs show by id. `runbook`: what to do about `check`.
   */
  readonly view: (typeof VIEWS)[number];
  /** The kind of a check. */
  readonly check: string | null;
}

const VIEWS = ['table', 'alerts', 'history', 'names', 'runbook'] as const;

const ACCOUNT_ID = /^\d{12}$/;
const REGION = /^[a-z]{2,}(-[a-z]+)+-\d+$/;
const VPC_ID = /^vpc-[0-9a-z]+$/;
const SUBNET_ID = /^subnet-[0-9a-z]+$/;
const CHECK = /^[a-z]+(-[a-z]+)*$/;

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

/**
 * Reads a custom widget's event ("Details about custom widgets", CloudWatch User Guide): the widget's parameters, or
 * those of a `cwdb-action`, beside `widgetContext`. The editor of a dashboard writes the parameters: what is none of
 * ours, or not in the form of an id, is as if it were not there.
 */
export const parseWidgetRequest = (event: unknown): WidgetRequest => {
  const text = (name: string, form: RegExp): string | null => {
    const value = field(event, name);
    return typeof value === 'string' && form.test(value) ? value : null;
  };
  return {
    describe: field(event, 'describe') === true,
    theme: field(field(event, 'widgetContext'), 'theme') === 'dark' ? 'dark' : 'light',
    accountId: text('accountId', ACCOUNT_ID),
    region: text('region', REGION),
    vpcId: text('vpcId', VPC_ID),
    subnetId: text('subnetId', SUBNET_ID),
    view: VIEWS.find((view) => view === field(event, 'view')) ?? 'table',
    check: text('check', CHECK),
  };
};

/** Shown by CloudWatch where the widget is edited. */
export const WIDGET_DOCUMENTATION = `## Headroom: address map

Shows the latest scans: all subnets, worst first, the subnets of one VPC, or the map of one subnet.
It reads stored scans and calls no other AWS service.

### Parameters

All are optional. Without any, the whole fleet is shown.

Parameter | Meaning
---|---
**accountId** | only this account, 12 digits
**region** | only this Region
**vpcId** | the subnets of this VPC
**subnetId** | the map and the history of this subnet
**view** | alerts: alerts with their state, and findings; history: the last 60 days of the worst subnets; names: the names of subnets in graphs; runbook: what to do about a check
**check** | the check of the runbook, such as addresses-low

### Example

\`\`\` yaml
region: eu-west-1
subnetId: subnet-0123456789abcdef0
\`\`\`
`;
