// Limits on what we send, in one place, each with its reason.

/** RFC 7162 section 4 asks servers to take command lines of 8,192 octets; what surrounds a UID set is far below 192. */
export const maxSetOctets = 8000;
