import type { Page, PageElement } from './page-types.ts';

/** What the page sends, asks for and copies. */
export interface Actions {
  act(button: PageElement): Promise<void>;
  lookForMore(): Promise<void>;
  copy(button: PageElement): void;
}

export const actionsOf = (page: Page): Actions => {
  /** Sends what a reader does to the server, and shows what came of it. */
  const act = async (button: PageElement): Promise<void> => {
    const said = page.getElementById('acted');
    const say = (text: string): void => {
      if (said !== null) said.textContent = text;
    };
    const by = page.getElementById('who')?.value ?? '';
    button.disabled = true;
    try {
      const response = await fetch('actions', {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'x-headroom-token': page.body.dataset['token'] ?? '',
        },
        body: JSON.stringify({
          action: button.dataset['act'],
          alert: button.dataset['alert'],
          by,
          ...(button.dataset['hours'] === undefined ? {} : { hours: Number(button.dataset['hours']) }),
        }),
      });
      const text = await response.text();
      say(text);
      if (response.ok) page.defaultView.location.reload();
      else button.disabled = false;
    } catch {
      say('The server does not answer.');
      button.disabled = false;
    }
  };

  /** Looks whether the server has something new. */
  const lookForMore = async (): Promise<void> => {
    const live = page.querySelector('.live');
    if (live === null || page.hidden || page.getElementById('auto')?.checked !== true) return;
    try {
      const { headers, ok } = await fetch('./', { method: 'HEAD', cache: 'no-store' });
      if (ok && headers.get('etag') !== live.dataset['version']) page.defaultView.location.reload();
    } catch {
      // The server may be starting again: the next look tells.
    }
  };

  const copy = (button: PageElement): void => {
    const text = button.previousElementSibling?.textContent ?? '';
    const say = (word: string): void => {
      button.textContent = word;
      setTimeout(() => {
        button.textContent = 'Copy';
      }, 1500);
    };
    const written =
      page.defaultView.navigator.clipboard?.writeText(text) ?? Promise.reject(new Error('no clipboard'));
    written.then(
      () => say('Copied'),
      () => say('Select and copy'),
    );
  };

  return { act, lookForMore, copy };
};
