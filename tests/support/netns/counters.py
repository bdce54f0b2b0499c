"""Packets really sent, from the interface's own counter, read every millisecond beside the program.

/proc/net/dev and not /sys/class/net: it shows the reader's own namespace without a mount.
"""
import os
import subprocess
import threading
import time

from . import spaces

SUSTAINED_S = 0.05   # the shortest stretch whose rate is called a peak
BIN_S = 0.01
PAUSE_S = 0.05       # a longer silence is no sending
STILL_SENDING = 0.05  # of the busiest bin: less is stragglers, retries and ARP


class Sampler:
    """samples: [(seconds, packets, bytes, dropped)] of `interface`, sending side."""

    def __init__(self, interface=spaces.SCANNER_PORT, every_s=0.001):
        self._name, self._every = interface.encode() + b":", every_s
        self.samples, self._stop = [], threading.Event()
        self._file = os.open("/proc/net/dev", os.O_RDONLY)
        self._take()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _take(self):
        text = os.pread(self._file, 16384, 0)
        at = text.find(self._name)
        fields = text[at + len(self._name):text.find(b"\n", at)].split()
        self.samples.append((time.monotonic(), int(fields[9]), int(fields[8]), int(fields[11])))

    def _run(self):
        while not self._stop.wait(self._every):
            self._take()

    def close(self):
        self._stop.set()
        self._thread.join()
        self._take()
        os.close(self._file)
        return Rates(self.samples)


class Rates:
    """What the samples say: packets, dropped, peak_pps, mean_pps, active_s."""

    def __init__(self, samples):
        self.packets = samples[-1][1] - samples[0][1]
        self.dropped = samples[-1][3] - samples[0][3]
        self.active_s, self.mean_pps = self._active(samples)
        # What was over sooner than the shortest stretch has no better peak than its mean.
        self.peak_pps = max(self._peak(samples), self.mean_pps)

    @staticmethod
    def _peak(samples):
        peak, first = 0.0, 0
        for last in range(1, len(samples)):
            while first + 1 < last and samples[last][0] - samples[first + 1][0] >= SUSTAINED_S:
                first += 1
            span = samples[last][0] - samples[first][0]
            if span >= SUSTAINED_S:
                peak = max(peak, (samples[last][1] - samples[first][1]) / span)
        return peak

    @staticmethod
    def _active(samples):
        """Seconds in which packets were leaving and their mean rate. Bins say where sending is worth the
        name; the edges are those of the samples, or a sweep of 80 ms would be counted as 90 or 100."""
        began, bins = samples[0][0], {}
        rises = [(t0, t1, n1 - n0) for (t0, n0, *_), (t1, n1, *_) in zip(samples, samples[1:]) if n1 > n0]
        for t0, t1, count in rises:
            at = int(((t0 + t1) / 2 - began) / BIN_S)
            bins[at] = bins.get(at, 0) + count
        if not bins:
            return 0.0, 0.0
        floor = STILL_SENDING * max(bins.values())
        spans = []
        for t0, t1, count in rises:
            if bins[int(((t0 + t1) / 2 - began) / BIN_S)] < floor:
                continue
            if spans and t0 - spans[-1][1] <= PAUSE_S:
                spans[-1][1:] = t1, spans[-1][2] + count
            else:
                spans.append([t0, t1, count])
        active = sum(last - first for first, last, _ in spans)
        return active, sum(count for *_, count in spans) / active


def resident_peak_mib(pid):
    """The kernel's high-water mark, asked while the process lives: ru_maxrss starts with our own size,
    which the child had between fork and exec."""
    try:
        with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as status:
            return max((int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM")), default=0.0)
    except OSError:
        return 0.0


class Measured:
    """One run of a program: status, wall_s, cpu_s, rss_mib, rates, and what it printed."""

    def __init__(self, words, limit_s, stop_signal=None, watch=None):
        """stop_signal is sent when watch() first is true; for programs that do not end by themselves."""
        sampler = Sampler()
        began = time.monotonic()
        process = subprocess.Popen([str(w) for w in words], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   stdin=subprocess.DEVNULL)
        printed = {}
        readers = [threading.Thread(target=lambda n=n, f=f: printed.__setitem__(n, f.read()))
                   for n, f in (("out", process.stdout), ("err", process.stderr))]
        for reader in readers:
            reader.start()
        used = self._wait(process, began + limit_s, stop_signal, watch)
        self.wall_s = time.monotonic() - began
        for reader in readers:
            reader.join()
        self.rates = sampler.close()
        self.out = printed["out"].decode(errors="replace")
        self.err = printed["err"].decode(errors="replace")
        self.cpu_s = used.ru_utime + used.ru_stime

    def _wait(self, process, by, stop_signal, watch):
        self.timed_out, self.rss_mib, asked = False, 0.0, False
        pause = threading.Event()
        while True:
            self.rss_mib = max(self.rss_mib, resident_peak_mib(process.pid))
            pid, status, used = os.wait4(process.pid, os.WNOHANG)
            if pid:
                process.returncode = self.status = os.waitstatus_to_exitcode(status)
                return used
            if watch is not None and not asked and watch():
                process.send_signal(stop_signal)
                asked = True
            if time.monotonic() > by:
                self.timed_out = True
                process.kill()
            pause.wait(0.02)
