package app

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"testing"

	"netpatrol/adapters"
	"netpatrol/adapters/mastodon"
)

func TestOneShiftOfTheDemo(t *testing.T) {
	var out bytes.Buffer
	err := Demo(t.Context(), DemoOptions{
		Dir: t.TempDir(), Once: true, JSON: true, Out: &out, Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
		Platforms: map[string]adapters.Platform{"mastodon": mastodon.Platform()},
	})
	if err != nil {
		t.Errorf("%v\n%s", err, out.Bytes())
	}
	var sum summary
	if err := json.Unmarshal(out.Bytes(), &sum); err != nil {
		t.Fatal(err)
	}
	if sum.Platforms["mastodon"] != sum.counts {
		t.Errorf("the platforms' figures %+v are not the whole %+v", sum.Platforms, sum.counts)
	}
}
