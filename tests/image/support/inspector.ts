// A debugger: speaks the Chrome DevTools protocol with the one that a container has published.
import { EventEmitter, once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Container } from './container.ts';

const deadlineMs = 20_000;

export class Inspector {
  readonly #socket: WebSocket;
  readonly #heard = new EventEmitter();
  #calls = 0;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => {
      const { id, result, method, params } = JSON.parse(String(data));
      if (id !== undefined) this.#heard.emit(`answer ${id}`, result);
      else this.#heard.emit(method, params);
    });
  }

  async call(method: string, params: object = {}): Promise<Record<string, unknown>> {
    this.#calls += 1;
    const answer = this.event(`answer ${this.#calls}`);
    this.#socket.send(JSON.stringify({ id: this.#calls, method, params }));
    return answer;
  }

  /** @returns its parameters. To be awaited after what causes it: it is listened for at once */
  async event(name: string): Promise<Record<string, unknown>> {
    const [parameters] = await once(this.#heard, name, { signal: AbortSignal.timeout(deadlineMs) });
    return parameters;
  }

  async evaluate(expression: string): Promise<unknown> {
    const { result } = await this.call('Runtime.evaluate', { expression });
    return (result as { value: unknown }).value;
  }

  close(): void {
    this.#socket.close();
  }
}

/** Attaches as soon as the debugger listens. @param port that it has in the container */
export async function attach(container: Container, port: number): Promise<Inspector> {
  const address = `127.0.0.1:${container.port(port)}`;
  for (const deadline = Date.now() + deadlineMs; ; await sleep(50)) {
    try {
      const [target] = (await (await fetch(`http://${address}/json/list`)).json()) as { id: string }[];
      const socket = new WebSocket(`ws://${address}/${target?.id}`);
      await once(socket, 'open', { signal: AbortSignal.timeout(deadlineMs) });
      return new Inspector(socket);
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
  }
}
