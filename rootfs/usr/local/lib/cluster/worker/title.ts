// What `ps` and `top` call a worker.

/** Says who this process is and what it does, unless the app has given it a title of its own. */
export class Title {
  readonly #who: string;
  #shown: string | undefined;

  constructor(who: string) {
    this.#who = who;
  }

  show(state: string): void {
    if (this.#shown !== undefined && process.title !== this.#shown) return;
    process.title = `${this.#who} ${state}`;
    this.#shown = process.title;
  }
}
