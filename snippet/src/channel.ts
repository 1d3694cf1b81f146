/**
 * The channel of a session, as relays count it: the browser's twin of `ingest_grpc/relay/channel.py`, pure.
 * May not know the visitor.
 */

import { minuteNow } from "./clock.ts";
import { isUnder } from "./domains.ts";
import { type Ledger, type Source, sessionAt } from "./ledger.ts";

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
/** Without country and top level: `www.google.co.uk` is `google` too. */
const TOP = /\.((com?|net|org|ac|gov|edu|or|ne)\.[^.]{2}|[^.]+)$/;

/** The channel of a session that came from this source, all in lower case. */
const channelOfTexts = (host: string, source: string, medium: string, campaign: string): string => {
  const from = (source || host).replace(/^www\./, "");
  const names = [from, from.replace(TOP, "")];
  const is = (hosts: string): boolean => names.some(name => hosts.split("|").some(isUnder(name)));
  const paid = /cp|^ppc$|^retargeting$|^paid/.test(medium);
  const search = is(SEARCH);
  const social = is(SOCIAL);
  const video = is(VIDEO);
  const shopping = is(SHOPPING);
  // The first that holds.
  const rules: Readonly<Record<string, unknown>> = {
    direct: !(host || source || medium || campaign),
    "cross-network": campaign.includes("cross-network"),
    display: /^(display|banner|expandable|interstitial|cpm)$/.test(medium),
    "paid-shopping": paid && (shopping || campaign.includes("shop")),
    "paid-search": paid && search,
    "paid-social": paid && social,
    "paid-video": paid && video,
    "paid-other": paid,
    email: MAIL.test(medium) || MAIL.test(source) || is(EMAIL),
    affiliates: /^affiliates?$/.test(medium),
    audio: medium === "audio",
    sms: medium === "sms" || source === "sms",
    push: /push$|mobile|notification/.test(medium),
    assistants: is(ASSISTANTS),
    shopping: shopping,
    social: /^(social([-_](network|media))?|sm)$/.test(medium) || social,
    video: medium === "video" || video,
    search: medium === "organic" || search,
    campaign: campaign,
    referral: host || /^(referral|link|app)$/.test(medium),
  };
  return Object.entries(rules).find(([, holds]) => holds)?.[0] ?? "other";
};

export const channelOfSource = (told: Source): string => {
  const [host = "", source = "", medium = "", campaign = ""] = told.map(text => text.trim().toLowerCase());
  return channelOfTexts(host, source, medium, campaign);
};

/** Of the session in progress, or else of the one that a page reached from `source` begins. */
export const channelOf = (source: Source, ledger: Ledger): string =>
  channelOfSource(sessionAt(ledger, minuteNow())?.[2] ?? source);
