import { setTimeout as sleep } from 'node:timers/promises';

export async function GET(request) {
  const pause = Number(request.nextUrl.searchParams.get('pause') ?? 50);
  const digits = new ReadableStream({
    async start(controller) {
      for (const digit of '12345') {
        controller.enqueue(new TextEncoder().encode(digit));
        if (digit !== '5') await sleep(pause);
      }
      controller.close();
    },
  });
  return new Response(digits, { headers: { 'content-type': 'text/plain' } });
}
