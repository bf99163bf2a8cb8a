/** RFC 5801 4, saslname: as names stand in SCRAM and OAUTHBEARER. */
export function saslName(name: string): string {
  return name.replaceAll("=", "=3D").replaceAll(",", "=2C");
}
