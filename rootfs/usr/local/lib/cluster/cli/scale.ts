// `cluster scale N`: how many workers there are.
import { order } from './order.ts';

export async function scale([workers = '']: readonly string[]): Promise<number> {
  return order(`/scale?workers=${encodeURIComponent(workers)}`);
}
