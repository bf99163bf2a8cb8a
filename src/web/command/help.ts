// The text of --help, which yargs makes of the table of options.

import { helpPage } from "../../util/plain-yargs.ts";
import { webOptions } from "./options.ts";

const introduction =
  "Serves a page from which people copy their mail from one IMAP account to another one, as imapsync does. Copies go on when " +
  "the page is closed, and whoever enters the same values again finds the one that is running.";

const conclusion =
  "Without --config, all settings are as by default. SIGHUP has it read its configuration and its certificate again. Exit " +
  "codes: 0 ended as asked, 64 the command line is wrong, 78 the configuration is wrong, others failure; see imapsync-web(1).";

export function webHelpText(columns?: number): Promise<string> {
  return helpPage("imapsync-web", {
    synopsis: "Usage: imapsync-web [OPTION]...",
    introduction: [introduction],
    conclusion: [conclusion],
    columns,
    describe: (help) => {
      for (const { name, valueName, describe } of webOptions)
        help.option(valueName === undefined ? name : `${name}=${valueName}`, { describe });
    },
  });
}
