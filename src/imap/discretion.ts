// What a server says, before anything is kept of it: without our own secrets, without messages, short, and safe to be shown
// on a terminal, in a log, or in a status.

import { Secrets } from "../log/secrets.ts";
import { cut, printable } from "../util/printable.ts";
import { lineForLog, withoutMessageText } from "./codec/message-text.ts";
import type { Response, ResponseCode, StatusResponse, TaggedResponse, UnreadableResponse } from "./responses.ts";

/** Servers that have more to say have said what matters by then. */
const maxText = 300;
const maxCodeName = 40;
/** Of a line in the log; lists of UIDs can be megabytes long. */
const maxLogged = 8192;

/** Nobody could tell a password that is spelled like one of these from the code itself. */
const ordinaryCodes =
  /^(?:ALERT|ALREADYEXISTS|APPENDUID|AUTHENTICATIONFAILED|AUTHORIZATIONFAILED|BADCHARSET|BADEVENT|CANNOT|CAPABILITY|CLIENTBUG|CLOSED|COMPRESSIONACTIVE|CONTACTADMIN|COPYUID|CORRUPTION|EXPIRED|EXPUNGEISSUED|HASCHILDREN|HIGHESTMODSEQ|INUSE|LIMIT|MAILBOXID|MODIFIED|NOMODSEQ|NONEXISTENT|NOPERM|NOTIFICATIONOVERFLOW|OVERQUOTA|PARSE|PERMANENTFLAGS|PRIVACYREQUIRED|READ-ONLY|READ-WRITE|SERVERBUG|THROTTLED|TOOBIG|TRYCREATE|UIDNEXT|UIDNOTSTICKY|UIDVALIDITY|UNAVAILABLE|UNKNOWN-CTE|UNSEEN)$/;

export class Discretion {
  readonly #secrets = new Secrets();
  /** A mailbox has been selected: from then on, what is no response may be part of a message. */
  mayHearMessages = false;

  hide(secret: string): void {
    this.#secrets.add(secret);
  }

  /** Text of an OK is left as it is, for nobody to show: there are very many. */
  heard(response: Response): Response {
    switch (response.kind) {
      case "tagged":
      case "status":
        return response.status === "OK" && response.code?.name !== "ALERT" ? response : this.shown(response);
      case "unreadable":
        return { ...response, line: this.#secrets.blank(response.line), ...this.#shownName(response) };
      default:
        return response;
    }
  }

  /** Response codes keep their text, which is for us. */
  shown<T extends TaggedResponse | StatusResponse>(response: T): T {
    return { ...response, code: this.#code(response.code), text: this.text(response.text) };
  }

  text(text: string): string {
    return cut(printable(this.#secrets.blank(text)), maxText);
  }

  /** The name itself is for us: it is compared with others. */
  #shownName({ name }: UnreadableResponse): Pick<UnreadableResponse, "shownName"> {
    if (name === undefined) return {};
    const shownName = this.#secrets.blank(name);
    return shownName === name ? {} : { shownName };
  }

  #code(code: ResponseCode | undefined): ResponseCode | undefined {
    if (code === undefined || ordinaryCodes.test(code.name)) return code;
    return { name: cut(printable(this.#secrets.blank(code.name)), maxCodeName), text: code.text };
  }

  /** For a line of which nothing is clear: without what may be part of a message, which is all of it. */
  quotable<T extends UnreadableResponse>(response: T): T {
    return this.mayHearMessages ? { ...response, line: "" } : response;
  }

  forLog(line: Buffer, showsSecrets: boolean): string {
    const text = line.toString("latin1");
    const shown = this.mayHearMessages ? lineForLog(text) : withoutMessageText(text);
    const left = shown.length > maxLogged ? `${shown.slice(0, maxLogged)}… (${text.length} octets)` : shown;
    return showsSecrets ? left : this.#secrets.blank(left);
  }
}
