import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeOutputFile } from '../../../cli/output/output-file.ts';

let folder: string;
const at = (name: string): string => join(folder, name);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'headroom-output-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test.each([0o600, 0o640, 0o666])('a file that is there keeps its mode %o', async (mode) => {
  writeFileSync(at('report.html'), 'before');
  chmodSync(at('report.html'), mode);
  await writeOutputFile(at('report.html'), ['after']);
  expect(statSync(at('report.html')).mode & 0o7777).toBe(mode);
  expect(readFileSync(at('report.html'), 'utf8')).toBe('after');
});

test('a symbolic link still leads to the file, which has the new text', async () => {
  mkdirSync(at('elsewhere'));
  writeFileSync(at('elsewhere/real.html'), 'before');
  symlinkSync('elsewhere/real.html', at('link.html'));
  await writeOutputFile(at('link.html'), ['after']);
  expect(readlinkSync(at('link.html'))).toBe('elsewhere/real.html');
  expect(readFileSync(at('elsewhere/real.html'), 'utf8')).toBe('after');
});

test('a symbolic link to nothing makes the file that it names', async () => {
  symlinkSync('new.html', at('link.html'));
  await writeOutputFile(at('link.html'), ['text']);
  expect(lstatSync(at('link.html')).isSymbolicLink()).toBe(true);
  expect(readFileSync(at('new.html'), 'utf8')).toBe('text');
});

test('a file with a second name keeps it', async () => {
  writeFileSync(at('one.html'), 'before');
  linkSync(at('one.html'), at('two.html'));
  await writeOutputFile(at('one.html'), ['after']);
  expect(readFileSync(at('two.html'), 'utf8')).toBe('after');
});

test('a pipe gets the text, and stays a pipe', async () => {
  execFileSync('mkfifo', [at('pipe')]);
  const [read] = await Promise.all([
    readFile(at('pipe'), 'utf8'),
    writeOutputFile(at('pipe'), ['one ', 'two']),
  ]);
  expect(read).toBe('one two');
  expect(lstatSync(at('pipe')).isFIFO()).toBe(true);
});

test('a device stays a device', async () => {
  await writeOutputFile('/dev/null', ['text']);
  expect(lstatSync('/dev/null').isCharacterDevice()).toBe(true);
});

test('a full disk is an error that says so, and not a wrong path', async () => {
  await expect(writeOutputFile('/dev/full', ['text'])).rejects.toMatchObject({
    code: 'output-failed',
    message: expect.stringContaining('/dev/full cannot be written: the disk is full'),
  });
});

test.each([
  ['a folder', ''],
  ['a file in no folder', 'no-such-folder/report.html'],
  ['a file in a file', 'plain/report.html'],
])('%s is a wrong path', async (_, name) => {
  writeFileSync(at('plain'), '');
  await expect(writeOutputFile(at(name), ['text'])).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringContaining('cannot be written'),
  });
});

test('where the text breaks off, the file keeps what it had and nothing else is left', async () => {
  writeFileSync(at('report.html'), 'before');
  const broken = function* (): Generator<string> {
    yield 'half';
    throw new Error('broke off');
  };
  await expect(writeOutputFile(at('report.html'), broken())).rejects.toThrow('broke off');
  expect(readFileSync(at('report.html'), 'utf8')).toBe('before');
  expect(readdirSync(folder)).toEqual(['report.html']);
});
