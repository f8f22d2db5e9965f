import type { Context } from 'aws-lambda';
import type { Target } from '../model/aws/inventory.ts';

/** The account and Region that a function runs in, by its own ARN: `arn:aws:lambda:<region>:<account>:function:<name>`. */
export const homeOf = ({ invokedFunctionArn }: Pick<Context, 'invokedFunctionArn'>): Target => {
  const [, , , region = '', accountId = ''] = invokedFunctionArn.split(':');
  return { accountId, region };
};
