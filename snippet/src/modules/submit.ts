import { goalsTouched } from "../triggers.ts";

L.touches = [...(L.touches ?? []), ["submit", goalsTouched]];
