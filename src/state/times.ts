// Times in the database are whole seconds since 1970.

export function timeOf(seconds: number): Date {
  return new Date(seconds * 1000);
}

export function secondsOf(time: Date): number {
  return Math.floor(time.getTime() / 1000);
}
