import { convert, minorUnits } from "../convert.ts";

L.convert = convert;
L.units = minorUnits;
