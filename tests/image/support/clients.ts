// What nginx knows of a client, and headers with which one claims to be another.
import type { Container } from './container.ts';

export interface Client {
  address: string;
  requestId: string;
}

/** A client that wants to be somebody else, on another protocol, with a request id that breaks a line of log. */
export const spoofed: Readonly<Record<string, string>> = {
  'x-forwarded-for': '203.0.113.7',
  'x-forwarded-host': 'evil.example',
  'x-forwarded-port': '1',
  'x-forwarded-proto': 'https',
  'x-real-ip': '203.0.113.8',
  'x-request-id': '"}<script>\\ %0a',
  forwarded: 'for=203.0.113.9;proto=https;host=evil.example',
};

/** @returns who sent the first request for `path`, by nginx's log */
export async function clientInLog(container: Container, path: string): Promise<Client> {
  const escaped = RegExp.escape(path);
  const [, requestId = '', address = ''] = await container.printed(
    new RegExp(`"id":"([^"]+)","client":"([^"]+)",.*"path":"${escaped}"`),
  );
  return { address, requestId };
}
