import { applyStyle } from "../style.ts";

L.applyStyle = applyStyle;
