import { setTag } from '../tag-record.ts';
import { list, text } from './page-element.ts';
import type { XmlElement } from './xml-node.ts';

/** The tag that is being read, and where it goes. */
export interface TagState {
  key: string | null;
  value: string;
}

/** `<tagSet>`: every tag that `isKept` goes into the record that `tagsOf` names. */
export const tagSet = <State extends TagState>(
  tagsOf: (state: State) => Record<string, string>,
  isKept: (key: string, kept: Readonly<Record<string, string>>) => boolean = () => true,
): XmlElement<State> =>
  list('tagSet', {
    opened: (state) => {
      state.key = null;
      state.value = '';
    },
    children: [
      text('key', (state, value) => {
        state.key = value;
      }),
      text('value', (state, value) => {
        state.value = value;
      }),
    ],
    closed: (state) => {
      if (state.key === null) return;
      const tags = tagsOf(state);
      if (isKept(state.key, tags)) setTag(tags, state.key, state.value);
    },
  });
