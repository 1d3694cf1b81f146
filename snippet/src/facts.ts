/**
 * What the browser knows of this visit, each found out when it is first asked for.
 * May not know what is asked, or why.
 */

import { browserOf, deviceOf, platformOf } from "./agent.ts";
import { channelOf } from "./channel.ts";
import { localTime, today } from "./clock.ts";
import type { Kept } from "./record.ts";
import { sourceOf } from "./source.ts";
import type { Facts } from "./who.ts";

interface Told extends Window {
  /** The page's data layer. */
  readonly leadbrightData?: unknown;
}

/** The cookie's value, decoded where it is encoded. */
const cookie = (name: string): string | undefined => {
  const value = document.cookie.split("; ").find(pair => pair.startsWith(`${name}=`));
  const raw = value?.slice(name.length + 1);
  try {
    return raw && decodeURIComponent(raw);
  } catch {
    return raw;
  }
};

/** A text, number or truth value of the page's data layer; nothing else can be compared. */
const told = (path: string): string | undefined => {
  const value = path
    .split(".")
    .reduce<unknown>((value, name) => (value as Record<string, unknown>)?.[name], (window as Told).leadbrightData);
  return ["string", "number", "boolean"].includes(typeof value) ? `${value}` : undefined;
};

export const factsOf = ([, ledger, , behind]: Kept): Facts => {
  const [, created, last] = ledger;
  const { languages, maxTouchPoints, userAgent } = navigator;
  const clock = (): Date => new Date(localTime() + behind * 864e5);
  const source = () => sourceOf(document.referrer);
  const known: Record<string, string | null | undefined> = {};

  const facts: Readonly<Record<string, (name: string) => (typeof known)[string]>> = {
    device: () => deviceOf(userAgent, maxTouchPoints),
    platform: () => platformOf(userAgent, maxTouchPoints),
    browser: () => browserOf(userAgent),
    country: () => plan.zones[Intl.DateTimeFormat().resolvedOptions().timeZone] ?? "",
    language: () => languages[0] ?? "",
    channel: () => (uses.channel ? channelOf(source(), ledger) : undefined),
    // The day that a record was made is that of the first visit.
    visitor: () => (last !== null && created < today() + behind ? "returning" : "new"),
    path: () => location.pathname,
    host: () => location.host,
    referrer: () => source()[0],
    query: name => new URLSearchParams(location.search).get(name),
    cookie,
    data: told,
    width: () => `${innerWidth}`,
    hour: () => `${clock().getUTCHours()}`,
    weekday: () => `${clock().getUTCDay() || 7}`,
  };

  return subject => {
    if (subject in known) return known[subject];
    const [field = "", ...name] = subject.split(".");
    try {
      known[subject] = facts[field]?.(name.join("."));
    } catch {
      // A data layer may do anything when it is read.
    }
    return known[subject];
  };
};
