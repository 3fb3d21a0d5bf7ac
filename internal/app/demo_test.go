package app

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"netpatrol/adapters"
	"netpatrol/adapters/bridge"
	"netpatrol/adapters/discourse"
	"netpatrol/adapters/discuz"
	"netpatrol/adapters/feed"
	"netpatrol/adapters/manual"
	"netpatrol/adapters/mastodon"
	"netpatrol/adapters/nodebb"
	"netpatrol/adapters/notify"
	"netpatrol/adapters/wechat"
	"netpatrol/adapters/weibo"
	"netpatrol/internal/sandbox"
)

func TestOneShiftOfTheDemo(t *testing.T) {
	var out bytes.Buffer
	dir := t.TempDir()
	platforms := map[string]adapters.Platform{"kiosk": KioskPlatform(), "bridge": bridge.Platform(), "feed": feed.Platform(), "manual": manual.Platform(), "mastodon": mastodon.Platform(), "wechat": wechat.Platform(),
		"discourse": discourse.Platform(), "discuz": discuz.Platform(), "nodebb": nodebb.Platform(), "weibo": weibo.Platform()}
	platforms["notify"] = notify.Platform() // reaches officers: nothing of it is counted
	err := Demo(t.Context(), DemoOptions{
		Dir: dir, Once: true, JSON: true, Out: &out, Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
		Platforms: platforms,
	})
	if err != nil {
		t.Errorf("%v\n%s", err, out.Bytes())
	}
	nobodyIsReadable(t, dir)
	if err := Demo(t.Context(), DemoOptions{Dir: dir}); !errors.Is(err, ErrDemoUsed) {
		t.Errorf("a second time in one directory: %v", err)
	}
	var sum summary
	if err := json.Unmarshal(out.Bytes(), &sum); err != nil {
		t.Fatal(err)
	}
	var whole counts
	for _, n := range sum.Platforms {
		whole.add(n)
	}
	whole.TipsReceived = sum.TipsReceived // volunteers write to no platform
	if len(sum.Platforms) != len(platforms)-1 || whole != sum.counts {
		t.Errorf("the platforms' figures %+v are not the whole %+v", sum.Platforms, sum.counts)
	}
}

// nobodyIsReadable looks through the state of a whole shift for who wrote and what: reports,
// clues, drafts, sends, tapes, alarms and all else, with their indexes.
func nobodyIsReadable(t *testing.T, dir string) {
	t.Helper()
	var files []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files = append(files, path)
		}
		return err
	})
	if err != nil || len(files) < 3 {
		t.Fatalf("state: %q, %v", files, err)
	}
	script, officers := sandbox.DemoScript(demoHandle), false
	for _, file := range files {
		stored, err := os.ReadFile(file)
		if errors.Is(err, syscall.ENXIO) {
			continue // the socket
		}
		if err != nil {
			t.Fatal(err)
		}
		officers = officers || bytes.Contains(stored, []byte("陈警官"))
		for _, c := range script.Citizens {
			for _, told := range []string{c.Handle, c.Name} {
				if bytes.Contains(stored, []byte(told)) {
					t.Errorf("%s holds %q in clear", filepath.Base(file), told)
				}
			}
		}
		for _, said := range []string{"\x89PNG", "聚宝莲", "刷单返利", "第九十九小学", "幸运大转盘"} {
			if bytes.Contains(stored, []byte(said)) {
				t.Errorf("%s holds %q in clear", filepath.Base(file), said)
			}
		}
	}
	if !officers {
		t.Error("not even an officer's name is found: this looks in the wrong place")
	}
}
