package app

import (
	"strings"
	"testing"

	"netpatrol/bots"
	"netpatrol/internal/config"
	"netpatrol/internal/record"
)

// Whoever approves a text ahead of time reads the whole of it, filled in.
func TestEveryTextHasASample(t *testing.T) {
	w, err := newWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	unit := config.Unit{Name: "椰城网警", Language: "zh-Hans"}
	for _, info := range w.set.Names() {
		text, err := w.sample(info, unit)
		if err != nil {
			t.Errorf("%s: %v", info.Name, err)
		}
		if !strings.Contains(text, unit.Name) || !strings.Contains(text, previewCode) {
			t.Errorf("%s: nobody speaks in %q", info.Name, text)
		}
		for _, v := range info.Vars {
			if strings.Contains(text, "（"+v+"）") {
				t.Errorf("%s: %s has no sample value", info.Name, v)
			}
		}
		if says := strings.Contains(text, unit.Name+"自动发出"); says != record.Solicited(bots.Purpose(info.Purpose)) {
			t.Errorf("%s: says that it is automatic: %v", info.Name, says)
		}
	}
}
