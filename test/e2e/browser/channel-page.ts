import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { LabSlack } from '../../../lab/slack.ts';
import { slackSignature } from '../../../shared/pipeline/slack-interaction.ts';
import { escapeHtml } from '../../../shared/report/html.ts';

/** How Slack signs and dates a click; a test changes it to what Slack would never send. */
export interface Sealing {
  secret: string;
  /** Seconds before now. */
  age: number;
}

/** A channel of the stand-in as a page: posts with their buttons, and threads beneath them. */
export interface ChannelPage {
  readonly url: string;
  readonly sealing: Sealing;
  /** Sends the last click again, exactly as it was, and tells the status of the answer. */
  repeat(): Promise<number>;
  close(): Promise<void>;
}

interface Block {
  readonly type: string;
  readonly text?: { readonly text: string };
  readonly fields?: readonly { readonly text: string }[];
  readonly elements?: readonly {
    readonly text?: string | { readonly text: string };
    readonly action_id?: string;
    readonly value?: string;
  }[];
  readonly alt_text?: string;
}

const textOf = (text: string | { readonly text: string } | undefined): string =>
  escapeHtml(typeof text === 'string' ? text : (text?.text ?? ''));

const blockMarkup = ({ type, text, fields = [], elements = [], alt_text: alt }: Block): string => {
  if (type === 'actions')
    return elements
      .map(
        (button) =>
          `<button data-action="${escapeHtml(button.action_id ?? '')}" data-value="${escapeHtml(button.value ?? '')}">${textOf(button.text)}</button>`,
      )
      .join(' ');
  if (type === 'image') return `<p>[${escapeHtml(alt ?? '')}]</p>`;
  return `<p>${[textOf(text), ...fields.map((each) => textOf(each)), ...elements.map((each) => textOf(each.text))].join(' ')}</p>`;
};

const CLICKS = `document.addEventListener('click', async ({ target }) => {
  const { action, value } = target.dataset;
  if (action === undefined) return;
  const answer = await fetch('/click', { method: 'POST', body: JSON.stringify({ action, value }) });
  document.title = 'answered ' + (await answer.text());
});`;

/**
 * Shows what a channel has. A click goes to Headroom as Slack sends it.
 *
 * @param interactivity the address that the app has for clicks
 */
export const startChannelPage = async (
  slack: LabSlack,
  interactivity: string,
  secret: string,
): Promise<ChannelPage> => {
  const sealing: Sealing = { secret, age: 0 };
  let last: {
    readonly method: string;
    readonly headers: Record<string, string>;
    readonly body: string;
  } | null = null;
  const page = (): string => {
    const posts = slack.messages.filter(({ thread }) => thread === null);
    const body = posts.map((post) => {
      const lines = slack.messages.filter(({ thread }) => thread === post.ts);
      return `<article><div class="post">${(JSON.parse(post.blocks) as Block[]).map(blockMarkup).join('')}</div><ol>${lines.map(({ text }) => `<li>${escapeHtml(text)}</li>`).join('')}</ol></article>`;
    });
    return `<!doctype html><html lang="en"><meta charset="utf-8"><title>channel</title><body><main>${body.join('')}</main><script>${CLICKS}</script></body></html>`;
  };
  const click = async (asked: string): Promise<string> => {
    const { action, value } = JSON.parse(asked) as { action: string; value: string };
    const body = new URLSearchParams({
      payload: JSON.stringify({
        type: 'block_actions',
        user: { id: 'U0ADA', username: 'ada' },
        actions: [{ action_id: action, value }],
      }),
    }).toString();
    const timestamp = String(Math.floor(Date.now() / 1000) - sealing.age);
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': timestamp,
      ...(sealing.secret === ''
        ? {}
        : { 'x-slack-signature': slackSignature(sealing.secret, timestamp, body) }),
    };
    last = { method: 'POST', headers, body };
    return String((await fetch(interactivity, last)).status);
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const isClick = request.method === 'POST';
      const answer = isClick ? click(Buffer.concat(chunks).toString()) : Promise.resolve(page());
      answer.then(
        (text) => response.writeHead(200, { 'content-type': isClick ? 'text/plain' : 'text/html' }).end(text),
        (error: Error) => response.destroy(error),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    sealing,
    repeat: async () => (await fetch(interactivity, last ?? {})).status,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
