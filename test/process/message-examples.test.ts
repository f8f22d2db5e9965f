import { join } from 'node:path';
import { expect, test } from 'vitest';
import { examplesText, labExamples } from '../fixtures/messages/lab-messages.ts';

const FILE = join(import.meta.dirname, '../fixtures/messages/lab-examples.json');

/** Four estates, about four hundred scans: half a minute of computing on a quiet machine. */
const MOST_TIME = 600_000;

/** After a change of words that is meant: `npx vitest run --project process message-examples demo-messages -u`. */
test(
  'the example messages are what the product sends about estates of the lab',
  async () => {
    await expect(examplesText(await labExamples())).toMatchFileSnapshot(FILE);
  },
  MOST_TIME,
);
