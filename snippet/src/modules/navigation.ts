import { watchAddress } from "../address.ts";

L.watchAddress = watchAddress;
