// How a line of the log is shown. Pure.

/** As imapsync begins or marks the lines that are about something that went wrong. */
const error = /^\s*Err \d+\/\d+|\b(?:failure|could not|couldn't|cannot|error|refused|denied)\b/i;
/** Figures that only mention the word. */
const noError = /\b(?:0 errors?|errors?\s*[:=]\s*0|no errors?|error (?:messages|options)|errorsmax)\b|^Detected 0/i;

export function isErrorLine(line: string): boolean {
  return error.test(line) && !noError.test(line);
}
