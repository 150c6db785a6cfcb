// What a container prints, and waiting for it.
import { EventEmitter, once } from 'node:events';
import type { Readable } from 'node:stream';
import { defaultDeadlineMs, within } from '../../support/deadline.ts';

/** What a container prints, as it comes. */
export class Printed {
  text = '';
  readonly #more = new EventEmitter();
  #stream: Readable | undefined;

  follow(stream: Readable): void {
    this.#stream = stream;
    stream.on('data', (chunk) => {
      this.text += chunk;
      this.#more.emit('more');
    });
    stream.on('end', () => this.#more.emit('more'));
  }

  until(pattern: RegExp): Promise<RegExpExecArray> {
    return within(defaultDeadlineMs, `${pattern} to be printed`, this.#match(pattern), () => this.text);
  }

  async #match(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.text);
      if (match !== null) return match;
      if (this.#stream?.readableEnded) throw new Error(`${pattern} was never printed:\n${this.text}`);
      await once(this.#more, 'more');
    }
  }

  async all(): Promise<string> {
    if (this.#stream !== undefined && !this.#stream.readableEnded) await once(this.#stream, 'end');
    return this.text;
  }
}
