import { readFileSync } from 'node:fs';

/** CPU seconds of a process so far: proc(5), `utime` and `stime` in ticks of a hundredth of a second. */
export const cpuSecondsOf = (pid: number): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
};
