import { describe, expect, test } from 'vitest';
import { linksFor } from '../../../shared/alerts/links.ts';
import { deploymentLinks } from '../../../shared/aws/deployment-links.ts';
import { parseScanTargetEnvironment } from '../../../shared/config/environment.ts';
import { parseConfiguration } from '../../../shared/config/headroom-yml.ts';
import { anObservation } from '../../fixtures/observations.ts';
import { lastTransition } from '../../fixtures/transitions.ts';

const HOME = { accountId: '111122223333', region: 'eu-west-1' };
const REPOSITORY = 'https://github.com/acme/headroom/blob/v1.2.0/docs/runbooks/{check}.md';

/** Where the runbook of a message leads, in a deployment with this environment and this headroom.yml. */
const runbookOf = (environment: Readonly<Record<string, string>>, yml = ''): string | undefined => {
  const links = deploymentLinks(
    parseScanTargetEnvironment({
      HEADROOM_TABLE_NAME: 'headroom-state',
      HEADROOM_TOPIC_ARN: 'arn:aws:sns:eu-west-1:111122223333:headroom-alerts',
      HEADROOM_DASHBOARD_NAME: 'headroom-prod-eu-west-1',
      ...environment,
    }),
    HOME,
    parseConfiguration(yml, 'headroom.yml'),
  );
  const [runbook] = linksFor([lastTransition(anObservation('warning'))], links);
  expect(runbook?.label).toMatch(/^Runbook /);
  return runbook?.url;
};

describe('the runbook of a message of a deployment', () => {
  test('is the page of its check in the repository that was deployed', () => {
    expect(runbookOf({ HEADROOM_RUNBOOKS: REPOSITORY })).toBe(
      'https://github.com/acme/headroom/blob/v1.2.0/docs/runbooks/addresses-low.md',
    );
  });

  test('is where headroom.yml says that runbooks are', () => {
    const yml = 'links: { runbooks: "https://wiki.example.com/ips" }\n';
    expect(runbookOf({ HEADROOM_RUNBOOKS: REPOSITORY }, yml)).toBe(
      'https://wiki.example.com/ips/addresses-low',
    );
  });

  test('is on the live page, which shows what is found now', () => {
    const yml = 'links: { page: "https://headroom.example.com" }\n';
    expect(runbookOf({ HEADROOM_RUNBOOKS: REPOSITORY }, yml)).toBe(
      'https://headroom.example.com/runbooks/addresses-low',
    );
  });

  test('is on the dashboard where nothing else is known', () => {
    expect(runbookOf({})).toMatch(/#dashboards\/dashboard\/headroom-prod-eu-west-1$/);
  });
});
