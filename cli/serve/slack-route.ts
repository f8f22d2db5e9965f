import { slackDestinations } from '../../shared/aws/slack-apps.ts';
import { answerSlackInteraction, refusedByForm } from '../../shared/pipeline/slack-interaction.ts';
import type { Io } from '../base/io.ts';
import { readConfiguration } from '../input/configuration.ts';
import type { Pages } from './http-server.ts';
import { openStateFile } from './state-file.ts';

/** A click is answered within this time, in milliseconds. Slack waits three seconds and then shows a warning. */
const TIME = 10_000;

/** Clicks on the buttons of the Slack apps of headroom.yml, which is read again for each. */
export const slackRoute =
  (options: { readonly config?: string; readonly state: string }, io: Io): NonNullable<Pages['slack']> =>
  async (request) => {
    const misshapen = refusedByForm(request, io.now());
    if (misshapen !== null) return misshapen;
    const { destinations } = await readConfiguration(options.config);
    const store = openStateFile(options.state);
    try {
      const home = { accountId: 'this account', region: io.env['AWS_REGION'] ?? 'its Region' };
      const answer = await answerSlackInteraction({
        request,
        destinations: slackDestinations(destinations, { home, clock: io.now, cache: store.cache }),
        store,
        now: io.now(),
        signal: AbortSignal.timeout(TIME),
      });
      io.err(`Slack: ${answer.did}\n`);
      return answer;
    } finally {
      await store.close();
    }
  };
