/**
 * Where the snippet begins; the linker sees that nothing thrown here reaches the page.
 * May not know what it begins with.
 */

import { start } from "./core.ts";

start();
