/** The few members of the DOM that the page's script uses: the program has no use for the types of all of it. */
export interface PageElement {
  hidden: boolean;
  innerHTML: string;
  textContent: string | null;
  open?: boolean;
  value?: string;
  checked?: boolean;
  disabled?: boolean;
  colSpan?: number;
  className: string;
  readonly cells?: ArrayLike<PageElement>;
  readonly dataset: Record<string, string | undefined>;
  readonly nextElementSibling: PageElement | null;
  readonly previousElementSibling: PageElement | null;
  readonly parentElement: PageElement | null;
  readonly children: ArrayLike<PageElement>;
  addEventListener(
    type: string,
    listen: (event: { readonly target: PageElement; preventDefault(): void }) => void,
    capture?: boolean,
  ): void;
  append(...elements: PageElement[]): void;
  replaceChildren(...elements: PageElement[]): void;
  before(element: PageElement): void;
  after(element: PageElement): void;
  remove(): void;
  closest(selector: string): PageElement | null;
  getAttribute(name: string): string | null;
  setAttribute(name: string, value: string): void;
  removeAttribute(name: string): void;
  querySelector(selector: string): PageElement | null;
  querySelectorAll(selector: string): ArrayLike<PageElement> & Iterable<PageElement>;
  scrollIntoView(options: object): void;
  focus(): void;
}

export interface Page extends PageElement {
  createElement(name: string): PageElement;
  getElementById(id: string): PageElement | null;
  readonly body: PageElement;
  readonly hidden: boolean;
  defaultView: {
    readonly location: { hash: string; readonly pathname: string; readonly search: string; reload(): void };
    readonly history: { replaceState(state: null, title: string, url: string): void };
    readonly localStorage: { getItem(key: string): string | null; setItem(key: string, value: string): void };
    readonly navigator: { readonly clipboard?: { writeText(text: string): Promise<void> } };
    addEventListener(type: string, listen: () => void): void;
  };
}

/** A row of the table of subnets, or one of the many that have no markup, with the attributes that rows have. */
export interface Row {
  readonly dataset: Record<string, string | undefined>;
  querySelector?(selector: string): PageElement | null;
}

/** What the search, the filters and the address of the page choose. */
export interface Choice {
  readonly dimensions: readonly string[];
  readonly chosen: Record<string, string[]>;
  words: string;
  /** The key of the subnet that is open. */
  open: string | null;
  isNarrowed(): boolean;
  /** Takes the choice from the address of the page. */
  read(): void;
  /** Puts the choice into the address, so that a link shows the same. */
  write(): void;
}
