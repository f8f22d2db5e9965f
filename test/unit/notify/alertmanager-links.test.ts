import { expect, test } from 'vitest';
import { postableAlerts } from '../../../shared/notify/alertmanager.ts';
import { exampleMessage } from '../../fixtures/messages/made-messages.ts';
import { aTransition } from '../../fixtures/stored-alerts.ts';

test('an alert of Alertmanager has the runbook of its check as an annotation, and a page of its subject as its source', () => {
  const transition = aTransition();
  const runbook = `https://headroom.example.com/runbooks/${transition.finding.kind}`;
  const message = {
    ...exampleMessage([transition]),
    links: [
      { label: `Runbook ${transition.finding.kind}`, url: runbook },
      { label: 'Subnet subnet-0a', url: 'https://console.example.com/subnet' },
    ],
  };
  expect(postableAlerts(message)).toMatchObject([
    { annotations: { runbook_url: runbook }, generatorURL: 'https://console.example.com/subnet' },
  ]);
  expect(postableAlerts({ ...message, links: [] })[0]).not.toHaveProperty('generatorURL');
  expect(postableAlerts({ ...message, links: [] })[0]?.annotations).not.toHaveProperty('runbook_url');
});
