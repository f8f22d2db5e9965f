/** What it took to read all pages in one way, in a process of its own. */
export interface Measured {
  readonly interfaces: number;
  readonly addresses: number;
  /** User and system time of the whole process while it read, in milliseconds. Loading the modules is not in it. */
  readonly cpuMilliseconds: number;
  /** The most memory the process ever had, in megabytes. Loading the modules is in it. */
  readonly peakMegabytes: number;
}

/** Runs `read` on the account that the command line names (`<url> <pages>`) and prints what it took. */
export const measured = async (
  read: (url: string, pages: number) => Promise<Pick<Measured, 'interfaces' | 'addresses'>>,
): Promise<void> => {
  const [, , url = '', pages = '1'] = process.argv;
  const before = process.cpuUsage();
  const counted = await read(url, Number(pages));
  const { user, system } = process.cpuUsage(before);
  const result: Measured = {
    ...counted,
    cpuMilliseconds: (user + system) / 1000,
    peakMegabytes: process.resourceUsage().maxRSS / 1024,
  };
  process.stdout.write(JSON.stringify(result), () => process.exit(0));
};
