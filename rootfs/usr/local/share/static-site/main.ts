// Runs where there is no app, only files that nginx serves: responds to requests for which nginx has found no file.
import type { IncomingMessage, ServerResponse } from 'node:http';

const page =
  '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Not found</title><h1>Not found</h1>\n';

export function handler(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(404, { 'content-type': 'text/html; charset=utf-8', 'content-length': Buffer.byteLength(page) });
  response.end(page);
}
