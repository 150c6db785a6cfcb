import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';

@Injectable()
export class AppService {
  async count(body: Readable): Promise<number> {
    let bytes = 0;
    for await (const chunk of body) bytes += chunk.length;
    return bytes;
  }

  digits(pause: number): Readable {
    return Readable.from(
      (async function* () {
        for (const digit of '12345') {
          yield digit;
          if (digit !== '5') await sleep(pause);
        }
      })(),
    );
  }
}
