// `cluster reload`: a new worker for each slot, one after the other, without a lost request.
import { order } from './order.ts';

export async function reload(): Promise<number> {
  return order('/reload');
}
