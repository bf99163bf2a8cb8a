// Sizes in words.

const KiB = 1024;
const units = [
  ["GiB", KiB ** 3],
  ["MiB", KiB ** 2],
  ["KiB", KiB],
] as const;

/** In the largest unit that gives a whole number. */
export function inUnits(octets: number): string {
  const [name, size] = units.find(([, unit]) => octets % unit === 0) ?? ["octets", 1];
  return `${octets / size} ${name}`;
}
