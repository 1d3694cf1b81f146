import { channelOf } from "../channel.ts";

L.channelOf = channelOf;
