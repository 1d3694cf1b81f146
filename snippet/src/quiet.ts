/**
 * Nothing thrown here may reach the page.
 * May not know what is guarded.
 */

/** The same function, save that it throws nothing and answers nothing. */
export const quiet =
  <Arguments extends readonly unknown[]>(work: (...given: Arguments) => unknown) =>
  (...given: Arguments): void => {
    try {
      work(...given);
    } catch {
      // The page goes on as if we were not there.
    }
  };

/** Hears of whatever the page does not hide from the window. */
export const listen = (type: string, work: (event: never) => unknown): void =>
  addEventListener(type, quiet(work) as EventListener, true);
