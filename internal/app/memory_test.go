package app

import (
	"io/fs"
	"math"
	"runtime/debug"
	"testing"
)

func TestUsableMemory(t *testing.T) {
	const meminfo = "MemTotal:        8000000 kB\nMemFree:         1000000 kB\n"
	for name, tt := range map[string]struct {
		files map[string]string
		want  int64
	}{
		"another system":       {nil, math.MaxInt64},
		"a machine":            {map[string]string{"/proc/meminfo": meminfo}, 8_000_000 << 10},
		"a group without end":  {map[string]string{"/proc/meminfo": meminfo, "/sys/fs/cgroup/memory.max": "max\n"}, 8_000_000 << 10},
		"a group with a bound": {map[string]string{"/proc/meminfo": meminfo, "/sys/fs/cgroup/memory.max": "536870912\n"}, 512 << 20},
		"a bound above all":    {map[string]string{"/proc/meminfo": meminfo, "/sys/fs/cgroup/memory.max": "99999999999999\n"}, 8_000_000 << 10},
		"nonsense":             {map[string]string{"/proc/meminfo": "MemTotal: much kB\n", "/sys/fs/cgroup/memory.max": "-1"}, math.MaxInt64},
	} {
		got := usable(func(file string) ([]byte, error) {
			if text, ok := tt.files[file]; ok {
				return []byte(text), nil
			}
			return nil, fs.ErrNotExist
		})
		if got != tt.want {
			t.Errorf("%s: %d, want %d", name, got, tt.want)
		}
	}
}

// TestMemoryIsTheOperators: what the environment says is left alone.
func TestMemoryIsTheOperators(t *testing.T) {
	percent, limit := debug.SetGCPercent(100), debug.SetMemoryLimit(-1)
	defer func() { debug.SetGCPercent(percent); debug.SetMemoryLimit(limit) }()
	t.Setenv("GOGC", "")
	t.Setenv("GOMEMLIMIT", "3GiB")
	if SetMemory(); debug.SetGCPercent(100) != 100 || debug.SetMemoryLimit(-1) != limit {
		t.Error("the limit of the environment was overruled")
	}
	t.Setenv("GOMEMLIMIT", "")
	if SetMemory(); debug.SetGCPercent(100) != collectAt {
		t.Error("a daemon is collected as often as any program")
	}
}
