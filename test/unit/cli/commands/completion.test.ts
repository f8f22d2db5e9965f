import { describe, expect, test } from 'vitest';
import { describeCommand } from '../../../../cli/base/command-tree.ts';
import { buildProgram } from '../../../../cli/main.ts';
import { headroomInProcess } from '../../../fixtures/command-in-process.ts';

const script = async (shell: string): Promise<string> => (await headroomInProcess(['completion', shell])).out;

describe('every shell', async () => {
  const program = describeCommand(
    await buildProgram(
      { out: () => {}, err: () => {}, env: {}, now: () => 0, colour: false, progress: false, columns: null },
      () => {},
    ),
  );

  test.each(['bash', 'zsh', 'fish'])('%s gets every command and every long option', async (shell) => {
    const text = await script(shell);
    for (const { name, options } of program.commands) {
      expect(text).toContain(name);
      for (const { long } of options) expect(text).toContain(shell === 'fish' ? `-l ${long.slice(2)}` : long);
    }
  });

  test('a shell that there is not is refused with those that there are', async () => {
    const { code, err } = await headroomInProcess(['completion', 'tcsh']);
    expect(code).toBe(2);
    expect(err).toContain('Allowed choices are bash, zsh, fish.');
  });

  test('what stands below the help is kept, so that the manual page has the examples', () => {
    const scan = program.commands.find(({ name }) => name === 'scan');
    expect(scan?.epilogue).toMatch(/^Examples:\n {2}\$ headroom scan/);
  });
});
