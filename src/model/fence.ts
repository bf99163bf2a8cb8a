// Whether a process may still change anything. It may work on behalf of a lease that is another's by now.

import type { InterimapError } from "./errors.ts";

/** To be asked before each change of a server or a database: why it may not be made. Undefined: it may. */
export type Fence = () => InterimapError | undefined;
