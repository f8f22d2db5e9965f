import { UsageError } from '../base/command-line.ts';

/** `127.0.0.1:9464`, `[::1]:9464` or `:9464`, which is every interface. */
export const parseListen = (text: string): { readonly host: string | undefined; readonly port: number } => {
  const match = /^(?:\[([\da-f:]+)\]|([\w.-]*)):(\d{1,5})$/i.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) {
    throw new UsageError(`--listen ${text} is not an address and a port.`, 'Give it as 127.0.0.1:9464.');
  }
  const host = match[1] ?? match[2] ?? '';
  return { host: host === '' ? undefined : host, port };
};
