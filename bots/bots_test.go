package bots_test

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/bots/bottest"
)

var at = time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)

func TestEventsOfEveryKindSurviveJSON(t *testing.T) {
	heard := &bots.Heard{
		Ref: "1", From: adapters.Person{ID: "p", Name: "张三"}, Text: "刷单", Edited: at, Media: []adapters.Media{{Ref: "m"}},
		Hits: []bots.Hit{{Rule: "r", Version: 2, Category: bots.Fraud, Stance: bots.Victim, Spans: []bots.Span{{Start: 0, End: 6}}}},
	}
	bodies := map[bots.EventKind]bots.Body{
		bots.SlotDue:   &bots.Slot{Schedule: "morning", At: at, Skipped: "stale"},
		bots.Reminded:  &bots.Reminder{Bot: "b", Key: "k", Due: at},
		bots.Fetched:   &bots.FetchResult{Bot: "b", Key: "k", Sight: &adapters.Sight{Exists: true, Text: "x"}},
		bots.Decided:   &bots.Decision{Officer: "o", Verb: bots.Approve, On: bots.Target{Kind: bots.KindDraft, ID: "d"}, Seen: 3},
		bots.SendEnded: &bots.Outcome{Item: "i", Draft: "d", State: "delivered", Purpose: bots.ForWarning},

		bots.HandoffAnswered: &bots.HandoffAnswer{Handoff: "h", As: bots.HandoffAccepted, Number: "7", Report: "r"},
	}
	for _, k := range []bots.EventKind{
		bots.MessageHeard, bots.MentionHeard, bots.CommentHeard, bots.PostSeen, bots.PostEdited,
		bots.PostDeleted, bots.Followed, bots.Unfollowed, bots.MenuPressed, bots.Scanned, bots.OtherHeard,
	} {
		bodies[k] = heard
	}
	for kind, body := range bodies {
		e := &bots.Event{Key: "k", Kind: kind, V: 1, Occurred: at, Accepted: at, Account: "a", Body: body, Result: &bots.Result{Status: bots.Applied}}
		raw, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		var back bots.Event
		if err := json.Unmarshal(raw, &back); err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		if d := cmp.Diff(e, &back); d != "" {
			t.Errorf("%s: %s", kind, d)
		}
	}
}

func TestEventOfNoKindIsRefused(t *testing.T) {
	var e bots.Event
	if err := json.Unmarshal([]byte(`{"kind":"rumour","body":{}}`), &e); err == nil || !strings.Contains(err.Error(), "rumour") {
		t.Errorf("err = %v", err)
	}
}

func FuzzEventJSON(f *testing.F) {
	for _, s := range []string{`{"kind":"message","body":{"text":"你好"}}`, `{"kind":"slot","body":null}`, `{"kind":"outcome"}`, `[]`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var e bots.Event
		if json.Unmarshal(raw, &e) != nil {
			return
		}
		if e.Body == nil {
			t.Fatalf("%q decodes without a body", raw)
		}
		if _, err := json.Marshal(&e); err != nil && !strings.Contains(err.Error(), "year") {
			t.Errorf("%q decodes and does not encode: %v", raw, err)
		}
	})
}

// TestCategoriesAreThese is the closed list of promise 8: widening it is a decision that has
// to be taken here too.
func TestCategoriesAreThese(t *testing.T) {
	want := []bots.Category{
		bots.Fraud, bots.Gambling, bots.WeaponSale, bots.DrugSale, bots.ForgedPapers, bots.PersonalDataSale, bots.UnlawfulSexual,
		bots.RumourChildSnatch, bots.RumourDisaster, bots.RumourExplosion, bots.RumourContaminated,
	}
	if got := bots.Categories(); len(got) != len(want) {
		t.Errorf("%d categories, want %d", len(got), len(want))
	}
	rumours := 0
	for _, c := range want {
		if !c.Valid() || bots.Categories()[c] == "" {
			t.Errorf("%s is missing, or has no name", c)
		}
		if c.IsRumour() {
			rumours++
		}
	}
	if rumours != 4 {
		t.Errorf("%d kinds of rumours, want 4", rumours)
	}
	for _, c := range []bots.Category{"", "opinion", "criticism", "complaint"} {
		if c.Valid() {
			t.Errorf("%q counts as a category", c)
		}
	}
}

func TestCallersCannotWidenTheCategories(t *testing.T) {
	bots.Categories()["opinion"] = "意见"
	if bots.Category("opinion").Valid() {
		t.Error("a caller has added a category")
	}
}

func TestEvidenceTellsEverythingApart(t *testing.T) {
	base := bots.Evidence("1", "p", "text", at)
	for name, other := range map[string]string{
		"post": bots.Evidence("2", "p", "text", at), "author": bots.Evidence("1", "q", "text", at),
		"text": bots.Evidence("1", "p", "texts", at), "edit": bots.Evidence("1", "p", "text", at.Add(time.Nanosecond)),
		"moved border": bots.Evidence("1", "pt", "ext", at),
	} {
		if other == base {
			t.Errorf("another %s gives the same digest", name)
		}
	}
	if bots.Evidence("1", "p", "text", at.In(time.FixedZone("CST", 8*3600))) != base {
		t.Error("the same moment in another zone gives another digest")
	}
}

func TestGet(t *testing.T) {
	w := bottest.NewWorld(&bots.Clue{Head: bots.Head{ID: "c1"}, Text: "x"})
	f := w.Facts(named("b"), bots.Event{})
	if c, ok := bots.Get[bots.Clue](f, "c1"); !ok || c.Text != "x" {
		t.Errorf("Get = %+v, %v", c, ok)
	}
	if _, ok := bots.Get[bots.Warning](f, "c1"); ok {
		t.Error("a clue came back as a warning")
	}
}

type named string

func (n named) Name() string                                       { return string(n) }
func (named) Decide(bots.Event, bots.Facts) ([]bots.Effect, error) { return nil, errors.New("unused") }

func TestNewIDsSortLikeTheirEvents(t *testing.T) {
	first, later := bots.Event{Head: bots.Head{ID: "01A"}}, bots.Event{Head: bots.Head{ID: "01B"}}
	if a, b := bots.NewID(first, "warning"), bots.NewID(later, "clue"); a >= b {
		t.Errorf("%s does not come before %s", a, b)
	}
	if bots.NewID(first, "clue") == bots.NewID(first, "warning") {
		t.Error("two parts of one event share an id")
	}
}

// pure lists what code below bots may import besides netpatrol's own bots and adapters.
var pure = map[string]bool{
	"bytes": true, "cmp": true, "crypto/sha256": true, "embed": true, "encoding/binary": true, "encoding/hex": true, "encoding/json": true,
	"errors": true, "fmt": true, "maps": true, "math": true, "math/bits": true, "regexp": true, "slices": true, "sort": true, "strconv": true, "strings": true,
	"math/big": true, "golang.org/x/crypto/sha3": true, "sync": true, "time": true, "unicode": true, "unicode/utf8": true,
}

// clocks are the functions of package time that look at one.
var clocks = map[string]bool{"Now": true, "Since": true, "Until": true, "Sleep": true, "After": true, "AfterFunc": true, "Tick": true, "NewTimer": true, "NewTicker": true}

// TestPromise1_BotsCanOnlyPropose holds every bot to what it may touch: no clock, network, disk
// or goroutine, and nothing of netpatrol that could send.
func TestPromise1_BotsCanOnlyPropose(t *testing.T) {
	files := 0
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.Name() == "bottest" || d.Name() == "testdata" {
			return fs.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		files++
		checkPure(t, path)
		return nil
	})
	if err != nil || files < 20 {
		t.Fatalf("%d files read: %v", files, err)
	}
}

func checkPure(t *testing.T, path string) {
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range file.Imports {
		name := strings.Trim(i.Path.Value, `"`)
		own := name == "netpatrol/adapters" || name == "netpatrol/bots" || name == "netpatrol/bots/match" || name == "netpatrol/templates"
		if !own && !pure[name] {
			t.Errorf("%s imports %s", path, name)
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.GoStmt:
			t.Errorf("%s starts a goroutine", path)
		case *ast.SelectorExpr:
			if p, ok := x.X.(*ast.Ident); ok && p.Name == "time" && clocks[x.Sel.Name] {
				t.Errorf("%s looks at a clock: time.%s", path, x.Sel.Name)
			}
		}
		return true
	})
}
