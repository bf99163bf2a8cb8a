/** Beside a certificate that is not trusted. */
export const whyToCompare =
  "The connection is encrypted, but nobody whom we trust vouches for who is at its other end. If it is somebody else, they get " +
  "your password. Ask your provider which key its server has, or use a server name that its certificate is for.";
