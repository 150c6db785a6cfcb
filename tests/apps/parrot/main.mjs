// Answers what it is asked to: /stream, /say?status=404&header=X-Frame-Options:DENY&body=text&ms=100, /who, /upload, /silent, /die.
import { setTimeout as sleep } from 'node:timers/promises';

let calls = 0;

export async function handler(request, response) {
  const { pathname, searchParams } = new URL(request.url, 'http://app');
  switch (pathname) {
    case '/who':
      return response.setHeader('content-type', 'application/json').end(
        JSON.stringify({
          address: request.socket.remoteAddress,
          isSecure: request.socket.encrypted === true,
          worker: process.env.NODE_APP_INSTANCE,
          headers: request.headers,
        }),
      );
    case '/silent':
      return console.log('asked, and silent');
    case '/die':
      return process.exit(1);
    // Not a response, in one way or another.
    case '/hang-up':
      return request.socket.destroy();
    case '/half':
      return request.socket.end('HTTP/1.1 200 OK\r\nContent-');
    case '/head':
      return response.setHeader('x-large', 'a'.repeat(Number(searchParams.get('bytes')))).end('said');
    case '/upload': {
      let bytes = 0;
      for await (const chunk of request) {
        if (bytes === 0) console.log('the body begins');
        bytes += chunk.length;
      }
      return response.end(String(bytes));
    }
    case '/calls':
      calls += 1;
      await sleep(Number(searchParams.get('ms')));
      setHeaders(response, searchParams);
      return response.end(String(calls));
    // Without a length: a stream.
    case '/stream':
      setHeaders(response, searchParams);
      response.write('one ');
      return response.end('two');
    case '/say':
      await sleep(Number(searchParams.get('ms')));
      response.statusCode = Number(searchParams.get('status') ?? 200);
      setHeaders(response, searchParams);
      return response.end(searchParams.get('body') ?? 'said');
    default:
      response.statusCode = 404;
      return response.end(`the app knows no ${request.url}`);
  }
}

function setHeaders(response, searchParams) {
  for (const header of searchParams.getAll('header')) {
    const [name, value] = header.split(/:(.*)/s);
    response.appendHeader(name, value);
  }
}
