import fs from 'node:fs';

/** Resident memory of a process now, in MiB; undefined where the system does not tell. */
export function residentMiB(pid: number): number | undefined {
  return statusMiB(pid, 'VmRSS');
}

/** The most that was ever resident of a process, in MiB. */
export function peakMiB(pid: number): number | undefined {
  return statusMiB(pid, 'VmHWM');
}

function statusMiB(pid: number, field: string): number | undefined {
  try {
    const match = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'));
    return match ? Number(match[1]) / 1024 : undefined;
  } catch {
    return undefined;
  }
}
