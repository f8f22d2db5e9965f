import { withoutInvisible } from '../invisible-characters.ts';
import { number } from './numbers.ts';

/** How resources and fields are named in texts. */

/** The name that people gave a resource, or its ID when it has no name. For titles. */
export const displayName = (name: string | null, id: string): string => name ?? id;

/** `null` for a name in which nothing can be seen, such as an empty `Name` tag: it names nothing. */
export const visibleName = (name: string | null): string | null =>
  name === null || withoutInvisible(name).trim() === '' ? null : name;

/** `payments-nodes-a (subnet-0a12)`, or the ID alone. For texts whose reader has to find the resource in AWS. */
export const nameAndId = (name: string | null, id: string): string =>
  name === null ? id : `${name} (${id})`;

/** `a, b, c and 4 more`: the first `limit` names and the number of the others. */
export const listOf = (names: readonly string[], limit = names.length): string => {
  const shown = names.slice(0, limit).join(', ');
  const more = names.length - limit;
  return more > 0 ? `${shown} and ${number(more)} more` : shown;
};

/** At most `length` characters; a shortened text ends with an ellipsis. */
export const shorten = (text: string, length: number): string => {
  const characters = [...text];
  return characters.length <= length ? text : `${characters.slice(0, length - 1).join('')}\u2026`;
};

const ACRONYMS: Readonly<Record<string, string>> = {
  aws: 'AWS',
  cloudwatch: 'CloudWatch',
  vpc: 'VPC',
  cni: 'CNI',
  eks: 'EKS',
  ip: 'IP',
  cidr: 'CIDR',
};

/** `freePrefixes`, `free-prefixes` and `FreePrefixes` become `free prefixes`. A text with spaces stays as it is. */
export const words = (name: string): string =>
  name.includes(' ')
    ? name
    : name
        .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
        .split(/[-_ ]+/)
        .map((word) => ACRONYMS[word.toLowerCase()] ?? word.toLowerCase())
        .join(' ');

/** The same with a capital first letter, for a label. */
export const label = (name: string): string => {
  const text = words(name);
  return text.charAt(0).toUpperCase() + text.slice(1);
};
