// Runs a command and says what it cost: wall time, CPU time and peak memory of the process and its children.

import { spawn } from "node:child_process";

export interface Cost {
  readonly seconds: number;
  /** User and system time together. */
  readonly cpuSeconds: number;
  readonly peakBytes: number;
}

interface Measured extends Cost {
  readonly status: number | null;
  readonly stderr: string;
}

// Node cannot ask for the resource usage of a child, and its clock would see how busy we are. Perl is on every Debian (and
// the original needs it anyway): getrusage(RUSAGE_CHILDREN) gives two times as seconds and microseconds, then the peak in
// KiB, which is never below Perl's own 6 MB or so.
const wrapper = `
  use Time::HiRes ();
  my $started = Time::HiRes::clock_gettime(Time::HiRes::CLOCK_MONOTONIC());
  my $pid = fork();
  if ($pid == 0) { exec { $ARGV[0] } @ARGV; exit 127; }
  waitpid($pid, 0);
  my $status = $?;
  my $wall = Time::HiRes::clock_gettime(Time::HiRes::CLOCK_MONOTONIC()) - $started;
  my $usage = "\\0" x 256;
  syscall(${process.arch === "x64" ? 98 : 165}, -1, $usage) == 0 or die "getrusage: $!";
  open(my $out, ">&=", 3) or die "fd 3: $!";
  print $out join(" ", $wall, unpack("l!5", $usage));
  close($out);
  exit($status & 127 ? 128 + ($status & 127) : $status >> 8);
`;

export async function measure(
  command: readonly string[],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<Measured> {
  const child = spawn("perl", ["-e", wrapper, ...command], { ...options, stdio: ["ignore", "ignore", "pipe", "pipe"] });
  let [stderr, usage] = ["", ""];
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  child.stdio[3]?.on("data", (text: Buffer) => (usage += text.toString()));
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  const [seconds = NaN, userSeconds = NaN, userMicros = NaN, systemSeconds = NaN, systemMicros = NaN, peakKib = NaN] =
    usage.split(" ").map(Number);
  const cpuSeconds = userSeconds + systemSeconds + (userMicros + systemMicros) / 1e6;
  return { status, stderr, seconds, cpuSeconds, peakBytes: peakKib * 1024 };
}
