/**
 * A user agent's families: device, platform and browser, as relays count them. Pure.
 * May not know who asks.
 */

/** The first that fits; what none fits is `other`. */
type Families = Readonly<Record<string, RegExp>>;

const PLATFORMS: Families = {
  ios: /iP(hone|ad|od)/,
  android: /Android/,
  windows: /Windows/,
  chromeos: /CrOS/,
  macos: /Mac OS/,
  linux: /Linux/,
};

const BROWSERS: Families = {
  "samsung-internet": /SamsungB/,
  opera: /OP[RT]\/|Opera/,
  edge: /Edg/,
  firefox: /Firefox|FxiOS/,
  other: /YaB|Vivaldi|Ddg|DuckDuckGo|UCB|FBA[NV]|Instagram|Electron/,
  chrome: /Chrom|CriOS/,
  safari: /Safari/,
};

const family = (families: Families, agent: string): string =>
  Object.entries(families).find(([, sign]) => sign.test(agent))?.[0] ?? "other";

export const browserOf = (agent: string): string => family(BROWSERS, agent);

/** `touches`: how many fingers the screen takes. An iPad says that it is a Mac, but no Mac takes any. */
export const platformOf = (agent: string, touches: number): string => {
  const platform = family(PLATFORMS, agent);
  return platform === "macos" && touches > 1 ? "ios" : platform;
};

export const deviceOf = (agent: string, touches: number): string => {
  const platform = platformOf(agent, touches);
  const mobile = /Mobile/.test(agent);
  if (/iPad|Tablet/.test(agent) || (/Mac OS|Android/.test(agent) && !mobile && /ios|android/.test(platform)))
    return "tablet";
  return mobile || /ios|android/.test(platform) ? "mobile" : "desktop";
};
