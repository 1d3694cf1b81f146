/**
 * The channel of a session, as relays count it: the browser's twin of `ingest_grpc/relay/channel.py`, pure.
 * May not know the visitor.
 */

import { minuteNow } from "./clock.ts";
import { type Ledger, type Source, sessionAt } from "./ledger.ts";

/** What a session's beginning said about itself, in lower case; `is`: whether it came from one of such hosts. */
interface Arrived {
  readonly host: string;
  readonly source: string;
  readonly medium: string;
  readonly campaign: string;
  readonly is: (hosts: string) => boolean;
  readonly paid: boolean;
}

const SEARCH =
  "google|bing|duckduckgo|yahoo|ecosia|baidu|yandex|qwant|startpage|naver|seznam|search.brave|kagi|ask.com|" +
  "aol.com|daum|sogou|mojeek|metager|swisscows|presearch";
const SOCIAL =
  "facebook|instagram|twitter|x.com|t.co|linkedin|lnkd|pinterest|reddit|tiktok|snapchat|threads|bsky|mastodon|" +
  "tumblr|vk|quora|xing|weibo|discord|telegram|t.me|whatsapp|wa.me|messenger|nextdoor|news.ycombinator|lobste";
const VIDEO = "youtube|youtu.be|vimeo|twitch|dailymotion|bilibili|netflix";
const EMAIL = "mail.google|mail.yahoo|outlook.live|outlook.office|mail.proton|gmx.net|web.de|mail.ru";
const ASSISTANTS =
  "chatgpt|chat.openai|openai|perplexity|claude|gemini.google|copilot.microsoft|copilot|deepseek|chat.mistral|" +
  "you.com|phind|grok.com|poe.com|meta.ai";
const SHOPPING = "amazon|ebay|etsy|idealo|walmart|alibaba|aliexpress|shopping.google|geizhals";
const MAIL = /^(e[-_ ]?mail|newsletter|mail)$/;

/** The first that holds. */
const RULES: readonly (readonly [channel: string, holds: (arrived: Arrived) => boolean])[] = [
  ["direct", ({ host, source, medium, campaign }) => !(host || source || medium || campaign)],
  ["cross-network", ({ campaign }) => campaign.includes("cross-network")],
  ["display", ({ medium }) => /^(display|banner|expandable|interstitial|cpm)$/.test(medium)],
  ["paid-shopping", ({ paid, is, campaign }) => paid && (is(SHOPPING) || campaign.includes("shop"))],
  ["paid-search", ({ paid, is }) => paid && is(SEARCH)],
  ["paid-social", ({ paid, is }) => paid && is(SOCIAL)],
  ["paid-video", ({ paid, is }) => paid && is(VIDEO)],
  ["paid-other", ({ paid }) => paid],
  ["email", ({ medium, source, is }) => MAIL.test(medium) || MAIL.test(source) || is(EMAIL)],
  ["affiliates", ({ medium }) => /^affiliates?$/.test(medium)],
  ["audio", ({ medium }) => medium === "audio"],
  ["sms", ({ medium, source }) => medium === "sms" || source === "sms"],
  ["push", ({ medium }) => /push$|mobile|notification/.test(medium)],
  ["assistants", ({ is }) => is(ASSISTANTS)],
  ["shopping", ({ is }) => is(SHOPPING)],
  ["social", ({ medium, is }) => /^(social([-_](network|media))?|sm)$/.test(medium) || is(SOCIAL)],
  ["video", ({ medium, is }) => medium === "video" || is(VIDEO)],
  ["search", ({ medium, is }) => medium === "organic" || is(SEARCH)],
  ["campaign", ({ campaign }) => campaign !== ""],
  ["referral", ({ host, medium }) => host !== "" || /^(referral|link|app)$/.test(medium)],
];

/** Without country and top level: `www.google.co.uk` is `google` too. */
const TOP = /\.((com?|net|org|ac|gov|edu|or|ne)\.[^.]{2}|[^.]+)$/;

export const channelOfSource = (told: Source): string => {
  const [host = "", source = "", medium = "", campaign = ""] = told.map(text => text.trim().toLowerCase());
  const from = (source || host).replace(/^www\./, "");
  const is = (hosts: string): boolean =>
    [from, from.replace(TOP, "")].some(name => new RegExp(`(^|\\.)(${hosts.replace(/\./g, "\\.")})$`).test(name));
  const paid = /cp|^ppc$|^retargeting$|^paid/.test(medium);
  return RULES.find(([, holds]) => holds({ host, source, medium, campaign, is, paid }))?.[0] ?? "other";
};

/** Of the session in progress, or else of the one that a page reached from `source` begins. */
export const channelOf = (source: Source, ledger: Ledger): string =>
  channelOfSource(sessionAt(ledger, minuteNow())?.[2] ?? source);
