import { style } from "../style.ts";

L.style = style;
