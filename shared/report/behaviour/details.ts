import type { Choice, Page, PageElement, Row } from './page-types.ts';

/** The subnets that have no row in the page, worst first, and the findings that are not listed in it. */
export interface Rest {
  readonly rows: readonly Row[];
  readonly findings: readonly Row[];
}

/** What the page opens later: the details of a subnet, and the many subnets without a row. */
export interface Details {
  /** The text under a key of the packed details; empty where there is none. */
  detailOf(key: string): Promise<string>;
  restOf(): Promise<Rest>;
  /** Fills the element with the markup of a subnet. */
  fill(element: PageElement, key: string | undefined): void;
}

export const detailsOf = (page: Page, { dimensions }: Choice): Details => {
  let details: Promise<Record<string, string>> | null = null;

  /** All details are one compressed block: a ticket takes a file of a megabyte, and not one of twenty. */
  const unpack = async (): Promise<Record<string, string>> => {
    const packed = atob(page.getElementById('details')?.textContent ?? '');
    const bytes = Uint8Array.from(packed, (character) => character.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
    return JSON.parse(await new Response(stream).text()) as Record<string, string>;
  };
  const detailOf = async (key: string): Promise<string> => {
    details ??= unpack();
    return (await details)[key] ?? '';
  };
  /** What is opened: of the worst subnets it is in the page, of the others a server has it. */
  const bodyOf = async (key: string): Promise<string> => {
    const own = await detailOf(key);
    if (own !== '') return own;
    const shown = 'The details of this subnet are not in this file: headroom explain has them.';
    if (page.querySelector('.live') === null) return shown;
    const response = await fetch(`details/${key}`);
    return response.ok
      ? response.text()
      : 'The server does not have this subnet any more. Load the page again.';
  };
  let rest: Promise<Rest> | null = null;
  const unpackRest = async (): Promise<Rest> => {
    const text = await detailOf('rest');
    if (text === '') return { rows: [], findings: [] };
    const packed = JSON.parse(text) as {
      readonly words: readonly string[];
      readonly rows: readonly (readonly (number | string | null)[])[];
      readonly findings: readonly (readonly (number | string)[])[];
    };
    const facetsOf = (values: readonly (number | string | null)[]): Record<string, string> =>
      Object.fromEntries(
        dimensions.map((dimension, index) => [dimension, packed.words[Number(values[index])] ?? '']),
      );
    const textOf = (value: number | string | null | undefined): string => String(value ?? '');
    const rows = packed.rows.map((values): Row => {
      const facets = facetsOf(values);
      const [team, runway, id, name, range, available, usable, change, end, prefixes] = values.slice(6);
      const teamName = packed.words[Number(team)] ?? '';
      const words = [id, name, range, facets['vpc'], facets['account'], facets['region'], facets['zone']];
      return {
        dataset: {
          ...facets,
          key: `${facets['account']}/${facets['region']}/${textOf(id)}`,
          search: [...words, facets['cluster'], teamName, facets['severity']]
            .map(textOf)
            .join(' ')
            .replace(/\s+/g, ' ')
            .toLowerCase(),
          team: teamName,
          runway: packed.words[Number(runway)] ?? '',
          id: textOf(id),
          name: textOf(name),
          range: textOf(range),
          available: textOf(available),
          usable: textOf(usable),
          change: textOf(change),
          end: textOf(end),
          prefixes: textOf(prefixes),
        },
      };
    });
    const findings = packed.findings.map(
      (values): Row => ({ dataset: { ...facetsOf(values), search: textOf(values[6]) } }),
    );
    return { rows, findings };
  };
  const restOf = (): Promise<Rest> => {
    rest ??= unpackRest();
    return rest;
  };
  /** Markup that the report has drawn, with every name in it escaped. */
  const fill = (element: PageElement, key: string | undefined): void => {
    if (key === undefined) return;
    element.setAttribute('aria-busy', 'true');
    bodyOf(key).then(
      (markup) => {
        element.innerHTML = markup;
        element.removeAttribute('aria-busy');
      },
      () => {
        element.textContent = 'This browser cannot unpack the details: it has no DecompressionStream.';
      },
    );
  };

  return { detailOf, restOf, fill };
};
