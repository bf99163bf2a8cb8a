// The text of --help, which yargs makes of the tables of commands and options.

import { helpPage } from "../../util/plain-yargs.ts";
import { commands, options } from "./options.ts";

const introduction =
  "Copies the mail of many accounts from one server to another, with workers on any number of machines. PostgreSQL has what is " +
  "to be done and what became of it.";

const conclusion =
  "Exit codes: 0 ended as asked, 1 accounts or their file are not as they should be, 64 the command line is wrong, 74 the " +
  "database cannot be used, others failure; see interimap-fleet(1).";

export function helpText(columns?: number): Promise<string> {
  return helpPage("interimap-fleet", {
    synopsis: "Usage: interimap-fleet COMMAND [OPTION]...",
    introduction: [introduction],
    conclusion: [conclusion],
    columns,
    describe: (help) => {
      for (const [name, { operands, describe }] of Object.entries(commands))
        help.command(operands === "" ? name : `${name} ${operands}`, describe);
      for (const [name, shape] of Object.entries(options))
        help.option("value" in shape ? `${name}=${shape.value}` : name, { describe: shape.describe });
    },
  });
}
