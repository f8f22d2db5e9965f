import { spawnSync } from 'node:child_process';

/** What `aws` was called with, by one command. */
export type Calls = readonly (readonly string[])[];

const PRELUDE = `aws() { printf 'call\\0'; printf '%s\\0' "$@"; printf 'end\\0'; }\nkubectl() { aws "$@"; }\n`;
const NEXT = "printf 'next\\0'";

/**
 * The words that a real bash, with no other programs and no files to write, hands to `aws`, for each text that a person could paste. A text that bash cannot read leaves the
 * texts after it without calls.
 */
export const pasted = (texts: readonly string[]): readonly Calls[] => {
  const script = `${PRELUDE}${texts.map((text) => `${text}\n${NEXT}\n`).join('')}`;
  const { stdout } = spawnSync('/bin/bash', ['--restricted', '--norc', '--noprofile'], {
    input: script,
    env: { PATH: '/nowhere', LC_ALL: 'C.UTF-8', HOME: '/nowhere' },
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  const calls: string[][][] = [[]];
  let call: string[] | null = null;
  for (const word of stdout.split('\0').slice(0, -1)) {
    if (call === null && word === 'call') call = [];
    else if (call === null && word === 'next') calls.push([]);
    else if (call !== null && word === 'end') {
      calls.at(-1)?.push(call);
      call = null;
    } else if (call !== null) call.push(word);
  }
  return calls.slice(0, texts.length);
};
