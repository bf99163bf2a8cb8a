import { errorLines } from "../../src/report/remedy-line.ts";

/** An error as somebody reads it who gave no configuration file. */
export const errorLine = errorLines();
