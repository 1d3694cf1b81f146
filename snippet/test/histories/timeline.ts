/**
 * Time that passes only when told to: tasks in the order in which they are due, one after the other, each with all
 * that follows from it before the next. May not know what the tasks do.
 */

export interface Timeline {
  /** Milliseconds since 1970, as the world's clocks show them. */
  readonly now: () => number;
  /** Has the work done `delay` ms from now, after whatever is due at the same instant already. */
  readonly after: (delay: number, work: () => void) => void;
  /** Lets that much time pass. */
  readonly pass: (ms: number) => Promise<void>;
}

type Due = readonly [at: number, work: () => void];

export const newTimeline = (start: number): Timeline => {
  const tasks: Due[] = [];
  let now = start;

  const after = (delay: number, work: () => void): void => {
    const at = now + delay;
    let place = tasks.length;
    while (place && (tasks[place - 1] as Due)[0] > at) place--;
    tasks.splice(place, 0, [at, work]);
  };

  const pass = async (ms: number): Promise<void> => {
    const until = now + ms;
    for (let next = tasks[0]; next && next[0] <= until; next = tasks[0]) {
      tasks.shift();
      now = next[0];
      next[1]();
      // Promises that this settled, and those that these settle, before anything else happens.
      await new Promise(setImmediate);
    }
    now = until;
  };

  return { now: () => now, after, pass };
};
