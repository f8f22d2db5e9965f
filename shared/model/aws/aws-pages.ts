import { awsFailure, MalformedAnswerError, RepeatedPageTokenError } from './aws-failure.ts';
import type { AwsCallContext } from './failed-call.ts';

/** One page of a listing, and the token of the next one; an absent or empty token is the end. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextToken: string | undefined;
}

/**
 * Follows a listing to its end, page by page, and hands over its items as the pages arrive. A page may be empty and
 * still have a successor. Refuses a token that was followed before.
 *
 * The SDK's own paginators do neither for every call we make: `GetSubnetCidrReservations` has none, and none of them
 * notices a token that comes back two pages later.
 *
 * @throws AwsFailure when a page could not be had, RepeatedPageTokenError, and what `take` throws. What was
 * handed over until then is not the whole.
 */
export const eachItem = async <Item>(
  context: AwsCallContext,
  request: (nextToken: string | undefined) => Promise<Page<Item>>,
  take: (item: Item) => void,
): Promise<void> => {
  const followed = new Set<string>();
  let nextToken: string | undefined;
  do {
    const page = await describingFailure(context, () => request(nextToken));
    for (const item of page.items) take(item);
    nextToken = page.nextToken === '' ? undefined : page.nextToken;
    if (nextToken !== undefined) {
      if (followed.has(nextToken)) throw new RepeatedPageTokenError(context);
      followed.add(nextToken);
    }
  } while (nextToken !== undefined);
};

/**
 * The list of an answer. AWS writes an empty one, too: an answer without it, such as an error with status 200, is not the
 * answer to that question. A page with a successor may be without a list.
 *
 * @throws MalformedAnswerError
 */
export const answeredList = <Item>(
  items: Item[] | undefined,
  what: string,
  nextToken?: string | undefined,
): Item[] => {
  const hasSuccessor = nextToken !== undefined && nextToken !== '';
  if (items === undefined && hasSuccessor) return [];
  if (items === undefined) throw new MalformedAnswerError(`AWS answered without a list of ${what}`);
  return items;
};

/** What the receiver of records threw while a call to AWS was still going on: its own matter, not a failure of AWS. */
export class ReceiverError extends Error {
  readonly thrown: unknown;

  constructor(thrown: unknown) {
    super('The receiver of the records failed');
    this.name = 'ReceiverError';
    this.thrown = thrown;
  }
}

/** Runs one call to AWS; what it throws becomes an `AwsFailure` that names the call, the account and the Region. */
export const describingFailure = async <Answer>(
  context: AwsCallContext,
  work: () => Promise<Answer>,
): Promise<Answer> => {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ReceiverError) throw error.thrown;
    throw awsFailure(error, context);
  }
};
