/** A path or an address without the slashes at its end. Counted by hand: `/\/+$/` takes quadratic time on many slashes. */
export const withoutEndSlashes = (text: string): string => {
  let end = text.length;
  while (end > 0 && text.charAt(end - 1) === '/') end -= 1;
  return text.slice(0, end);
};
