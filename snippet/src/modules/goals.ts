import { convert, goalsNamed } from "../goals.ts";

L.convert = convert;
L.goalsNamed = goalsNamed;
