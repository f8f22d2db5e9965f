import type * as z from 'zod/mini';
import { HeadroomError } from '../model/base/errors.ts';

/** What a record of the cache must look like. Fields that it does not name are passed over: a later version may add some. */
export type RecordForm<Value> = z.ZodMiniType<Value>;

/**
 * The stored value, once it is seen to have the form. It is the value itself and no copy: `exchange` compares with it.
 *
 * @param what what is being read, for the message.
 * @throws HeadroomError `state-unreadable`
 */
export const inForm = <Value>(value: unknown, form: RecordForm<Value>, what: string): Value => {
  const { error } = form.safeParse(value);
  if (error === undefined) return value as Value;
  const place = error.issues[0]?.path.join('.') ?? '';
  throw unreadable(what, `${place === '' ? 'it' : `its ${place}`} has another form than this version writes`);
};

/** A record that is damaged, or that another version wrote. */
export const unreadable = (what: string, problem: string, options?: ErrorOptions): HeadroomError =>
  new HeadroomError(
    'state-unreadable',
    `The stored ${what} cannot be read: ${problem}`,
    'Update Headroom if another part of it is newer. Otherwise delete that record.',
    options,
  );
