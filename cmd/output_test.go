package cmd

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/web/api"
)

func TestTableAlignsChineseByColumns(t *testing.T) {
	var b bytes.Buffer
	table(&b, []string{"NAME", "STATE", "TITLE"}, []string{"早间通报", "released", "刷单"}, []string{"a", "-", ""})
	want := "" +
		"NAME      STATE     TITLE\n" +
		"早间通报  released  刷单\n" +
		"a         -\n"
	if d := cmp.Diff(want, b.String()); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// A citizen's words never act on the officer's terminal.
func TestSomebodysWordsDoNotActOnTheTerminal(t *testing.T) {
	var b bytes.Buffer
	quoted(&b, "转账\x1b[2J\u009b31m\r\n第二行\x07")
	if got := b.String(); got != "  | 转账�[2J�31m�\n  | 第二行�\n" {
		t.Errorf("got %q", got)
	}
	if got := oneLine("一\n二\t\x1b三四五", 5); got != "一 二 …" {
		t.Errorf("got %q", got)
	}
}

func TestAnAssemblyIsAValue(t *testing.T) {
	base := Default()
	one := base.WithPlatform("toy", adapters.Platform{}).WithBot(namedBot("a"))
	two := one.WithBot(namedBot("b"))
	three := one.WithBot(namedBot("c"))
	if len(base.platforms) != len(Default().platforms) || len(base.bots) != 0 {
		t.Errorf("the default changed: %v", slices.Collect(maps.Keys(base.platforms)))
	}
	if len(one.platforms) != len(base.platforms)+1 || len(one.bots) != 1 {
		t.Errorf("one is %v", slices.Collect(maps.Keys(one.platforms)))
	}
	if two.bots[1].Name() != "b" || three.bots[1].Name() != "c" {
		t.Error("two assemblies share their bots")
	}
	if got := (Assembly{}).WithPlatform("toy", adapters.Platform{}); len(got.platforms) != 1 {
		t.Errorf("an empty assembly took no platform: %+v", got)
	}
}

type namedBot string

func (b namedBot) Name() string                                       { return string(b) }
func (namedBot) Decide(bots.Event, bots.Facts) ([]bots.Effect, error) { return nil, nil }

// An emergency card that waits for a person is the first thing that person sees.
func TestAnEmergencyWaitsAtTheTop(t *testing.T) {
	var all []api.Draft
	for _, p := range []bots.Purpose{bots.ForBulletin, bots.ForWarning, bots.ForEmergency, bots.ForReply} {
		all = append(all, api.Draft{Draft: &bots.Draft{Purpose: p}})
	}
	slices.SortStableFunc(all, byUrgency)
	var got []bots.Purpose
	for _, d := range all {
		got = append(got, d.Purpose)
	}
	if d := cmp.Diff([]bots.Purpose{bots.ForEmergency, bots.ForBulletin, bots.ForWarning, bots.ForReply}, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// Every error ends in what to do, and in the exit code it deserves.
func TestErrorsSayHowToMend(t *testing.T) {
	for _, c := range []struct {
		err     error
		running bool
		code    int
		want    string
	}{
		{mend(errors.New("no daemon listens"), "start it"), true, exitFailed, "netpatrol: no daemon listens\n\tmend: start it\n"},
		{fmt.Errorf("decide: %w", &api.Error{Code: "two-people", Message: "you wrote it"}), true, exitFailed, "netpatrol: decide: you wrote it\n\tmend: ask a second officer to do it\n"},
		{&api.Error{Status: 409, Code: "not-open", Message: "it is closed", RequestID: "7"}, true, exitFailed, "netpatrol: it is closed\n\tmend: nothing was changed: do what the line above says, and try again\n"},
		{&api.Error{Status: 500, Code: "internal", Message: "something went wrong", RequestID: "7"}, true, exitFailed, "netpatrol: something went wrong\n\tmend: look for request 7 in the daemon's log\n"},
		{usagef("say what"), true, exitUsage, "netpatrol: say what\n\tmend: netpatrol help\n"},
		{errors.New("unknown flag: --as"), false, exitUsage, "netpatrol: unknown flag: --as\n\tmend: netpatrol help\n"},
		{errSaid, true, exitFailed, ""},
		{errSaidFaults, true, exitUsage, ""},
	} {
		var b strings.Builder
		tl := &tool{world: world{err: &b}, running: c.running}
		if code := tl.report(c.err); code != c.code || b.String() != c.want {
			t.Errorf("%v: exit %d, %q; want %d, %q", c.err, code, b.String(), c.code, c.want)
		}
	}
}

func TestTokensAreKeptPerSocket(t *testing.T) {
	home := t.TempDir()
	tl := &tool{world: world{env: func(k string) string { return map[string]string{"HOME": home}[k] }}}
	for socket, token := range map[string]string{"/a": "one", "/b": "two"} {
		if err := tl.keepToken(socket, token); err != nil {
			t.Fatal(err)
		}
	}
	if err := tl.keepToken("/a", ""); err != nil {
		t.Fatal(err)
	}
	for socket, want := range map[string]string{"/a": "", "/b": "two"} {
		if got, err := tl.token(socket); got != want || err != nil {
			t.Errorf("token of %s is %q, %v; want %q", socket, got, err, want)
		}
	}
}

func TestWhomATextGoesTo(t *testing.T) {
	for channel, want := range map[adapters.Channel]string{
		adapters.Public: "everyone", adapters.Moderators: "moderators", adapters.Private: "xiaolin", adapters.InReply: "xiaolin",
	} {
		if got := to("xiaolin", channel); got != want {
			t.Errorf("%s: %q, want %q", channel, got, want)
		}
	}
	if got := to("", adapters.Private); got != "-" {
		t.Errorf("nobody: %q", got)
	}
}
