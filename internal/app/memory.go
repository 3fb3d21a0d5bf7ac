package app

import (
	"bytes"
	"math"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
)

// collectAt is by how many percent the heap grows between two collections. A daemon's heap is
// small beside what passes through it: at Go's 100 percent it would be collected every 4 MiB, which
// took a fifth of the processor time under load.
const collectAt = 400

// SetMemory makes a daemon collect garbage seldom, and bounds what that costs: beyond half of
// the memory that this process may use it is collected more often. Where the operator has set
// GOGC or GOMEMLIMIT nothing is changed. It concerns the whole process, and so it belongs to the
// program that runs a daemon, never to a library.
func SetMemory() {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	debug.SetGCPercent(collectAt)
	if n := usable(os.ReadFile); n < math.MaxInt64 {
		debug.SetMemoryLimit(n / 2)
	}
}

// usable is how many bytes this process may use: what the machine has, or what its control group
// is allowed, whichever is less; MaxInt64 where the system does not say.
func usable(read func(string) ([]byte, error)) int64 {
	n := int64(math.MaxInt64)
	for _, line := range linesOf(read, "/proc/meminfo") {
		if kib, ok := strings.CutPrefix(line, "MemTotal:"); ok {
			if v, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(kib, "kB")), 10, 64); err == nil && v > 0 {
				n = v << 10
			}
		}
	}
	for _, line := range linesOf(read, "/sys/fs/cgroup/memory.max") {
		if v, err := strconv.ParseInt(line, 10, 64); err == nil && v > 0 {
			n = min(n, v)
		}
	}
	return n
}

// linesOf is empty for a file that cannot be read: other systems have none.
func linesOf(read func(string) ([]byte, error), file string) []string {
	text, err := read(file)
	if err != nil {
		return nil
	}
	return strings.Split(string(bytes.TrimSpace(text)), "\n")
}
