/** What a page may say to Leadbright: `window.leadbright(verb, …)`, also before the snippet has loaded. */

export interface Leadbright {
  /**
   * Something happened. The name is up to 40 of `a-z 0-9 _ . : -`, beginning with a letter or digit; another is
   * ignored. Goals that the event reaches take their value from the properties.
   */
  (verb: "event", name: string, properties?: Readonly<Record<string, unknown>>): void;
  /** A goal was reached; the amount is in the currency's major unit, such as 49.99, and negative for a refund. */
  (verb: "goal", key: string, amount?: number): void;
  /**
   * The visitor agrees, or does not: then everything that was kept is deleted, and where the site asks nobody, the no
   * is remembered.
   */
  (verb: "consent", given: boolean): void;
  /** Called once the variations are decided. */
  (verb: "ready", callback: () => void): void;
  /** Called with the variation that the visitor sees in an experiment (by its key, whatever its phase), or null. */
  (verb: "variation", experiment: string, callback: (variation: string | null) => void): void;
  /** Calls made before the snippet has loaded. */
  q?: readonly IArguments[];
}

declare global {
  interface Window {
    leadbright?: Leadbright;
  }
}
