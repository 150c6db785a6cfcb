// The app's own word on whether it is ready: an export `ready`, asked with each report. It may wait for something; what
// counts is its last answer, and none within the time limit is no.

/** `true`, or a promise of it, is yes. `false`, an error, and no answer yet are no. */
export type AskApp = () => unknown;

/** As long as an orchestrator's probe may reasonably take. The next call is made when the late one has returned. */
const defaultTimeoutMs = 10_000;

export class AppReadiness {
  #ask: AskApp | undefined;
  #isReady = true;
  #isAsking = false;
  readonly #onChange: () => void;

  readonly #timeoutMs: number;

  /**
   * @param onChange called when the answer is another one
   * @param timeoutMs after so long without an answer, it is no
   */
  constructor(onChange: () => void, timeoutMs = defaultTimeoutMs) {
    this.#onChange = onChange;
    this.#timeoutMs = timeoutMs;
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
    const timer = setTimeout(() => this.#become(false), this.#timeoutMs).unref();
    let answer = false;
    try {
      answer = (await this.#ask()) === true;
    } catch {
      // An error is no.
    }
    clearTimeout(timer);
    this.#isAsking = false;
    this.#become(answer);
  }

  #become(isReady: boolean): void {
    if (this.#isReady === isReady) return;
    this.#isReady = isReady;
    this.#onChange();
  }
}
