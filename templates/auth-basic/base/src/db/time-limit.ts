/**
 * Fails when `work` takes longer than `seconds`. A hook that waits for ever in a transaction, or for a write behind its own,
 * would keep the connection, and with it everybody else.
 */
export async function within<T>(seconds: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const error = new Error(`A transaction was given up after ${seconds} s: what runs in it waits for something else.`);
    timer = setTimeout(reject, seconds * 1000, error);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
