// The app's own word on whether it is ready: an export `ready`, asked with each report. It may wait for something; what
// counts is its last answer.

/** `true`, or a promise of it, is yes. `false`, an error, and no answer yet are no. */
export type AskApp = () => unknown;

export class AppReadiness {
  #ask: AskApp | undefined;
  #isReady = true;
  #isAsking = false;
  readonly #onChange: () => void;

  /** @param onChange called when the answer is another one */
  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** @param ask the app's export; undefined: it has none, and is ready */
  set ask(ask: AskApp | undefined) {
    this.#ask = ask;
    this.#isReady = ask === undefined;
  }

  /** The last answer. Asks for the next one. */
  get isReady(): boolean {
    this.#next();
    return this.#isReady;
  }

  async #next(): Promise<void> {
    if (this.#ask === undefined || this.#isAsking) return;
    this.#isAsking = true;
    const before = this.#isReady;
    try {
      this.#isReady = (await this.#ask()) === true;
    } catch {
      this.#isReady = false;
    }
    this.#isAsking = false;
    if (this.#isReady !== before) this.#onChange();
  }
}
