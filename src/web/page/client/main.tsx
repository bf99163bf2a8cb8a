// Makes the page live. Without this, all of it works as forms and links.

import { begin } from "./begin.ts";

document.documentElement.classList.add("live");
begin();
// What was replaced in place has no page of its own to go back to.
addEventListener("popstate", () => location.reload());
