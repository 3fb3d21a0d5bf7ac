package bottest

import (
	"strings"
	"testing"
	"time"

	"netpatrol/bots"
)

// recorder is a testing.TB that notes a failure instead of failing.
type recorder struct {
	testing.TB
	failed string
}

func (*recorder) Helper() {}

func (r *recorder) Fatalf(format string, _ ...any) {
	r.failed = format
	panic(r)
}

type decide func(bots.Event, bots.Facts) ([]bots.Effect, error)

func (decide) Name() string                                               { return "b" }
func (d decide) Decide(e bots.Event, f bots.Facts) ([]bots.Effect, error) { return d(e, f) }

// TestDecideHasTeeth hands it bots that break the rules.
func TestDecideHasTeeth(t *testing.T) {
	calls := 0
	for name, c := range map[string]struct {
		bot  decide
		want string
	}{
		"changes its mind": {func(bots.Event, bots.Facts) ([]bots.Effect, error) {
			calls++
			return []bots.Effect{bots.Count{Name: strings.Repeat("x", calls)}}, nil
		}, "not pure"},
		"changes the event": {func(e bots.Event, _ bots.Facts) ([]bots.Effect, error) {
			e.Body.(*bots.Heard).Text = "changed"
			return nil, nil
		}, "changed event"},
		"errs": {func(bots.Event, bots.Facts) ([]bots.Effect, error) { return nil, errTest }, "on event"},
		"is fine": {func(bots.Event, bots.Facts) ([]bots.Effect, error) {
			return []bots.Effect{bots.Count{Name: "x"}}, nil
		}, ""},
		"is not concerned": {func(bots.Event, bots.Facts) ([]bots.Effect, error) { return nil, bots.ErrNotMine }, ""},
	} {
		if got := verdict(t, c.bot); got != c.want && !strings.Contains(got, c.want) || c.want == "" && got != "" {
			t.Errorf("a bot that %s: %q, want %q", name, got, c.want)
		}
	}
}

type testError struct{}

func (testError) Error() string { return "test" }

var errTest = testError{}

func verdict(t *testing.T, b decide) (failed string) {
	r := &recorder{TB: t}
	defer func() {
		if p := recover(); p != nil && p != any(r) {
			panic(p)
		}
		failed = r.failed
	}()
	e := bots.Event{Kind: bots.MessageHeard, Body: &bots.Heard{Text: "x"}}
	Decide(r, b, e, NewWorld().Facts(b, e))
	return ""
}

func TestPrintShowsWordsAndLeavesOutWhatIsEmpty(t *testing.T) {
	got := Print("刷单返利", []bots.Effect{
		bots.OpenClue{ID: "c", Category: bots.Fraud, Hits: []bots.Hit{{Rule: "r", Version: 1, Category: bots.Fraud, Stance: bots.Victim, Spans: []bots.Span{{Start: 0, End: 6}, {Start: 90, End: 99}}}}},
		bots.Reply{Template: "t", Vars: map[string]string{"B": "<2>", "A": "1"}},
		bots.Remind{Key: "k", At: time.Unix(0, 0)},
		bots.Remember{Key: "k", Value: []byte("v")},
	})
	want := `OpenClue ID=c Category=fraud Hits=r@1/fraud/victim[刷单,90:99]
Reply Template=t Vars={"A":"1","B":"<2>"}
Remind Key=k At=1970-01-01T00:00:00Z
Remember Key=k Value=v
`
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestFindIsOrderedAndBounded(t *testing.T) {
	w := NewWorld()
	for _, id := range []string{"3", "1", "2"} {
		w.Put(&bots.Clue{Head: bots.Head{ID: id, Stream: "s", State: "open"}})
	}
	w.Put(&bots.Clue{Head: bots.Head{ID: "0", Stream: "other", State: "open"}})
	f := w.Facts(decide(nil), bots.Event{})
	if got := strings.Join(f.Find(bots.KindClue, "s", "open", 2), ","); got != "1,2" {
		t.Errorf("Find = %s", got)
	}
	if got := strings.Join(f.Find(bots.KindClue, "s", "", 9), ","); got != "1,2,3" {
		t.Errorf("Find in any state = %s", got)
	}
}

func TestDifferenceNamesTheLine(t *testing.T) {
	want, got := "== a\nmessage: x\n    Reply\n", "== a\nmessage: x\n    -\n"
	if d := difference(want, got); !strings.Contains(d, "message: x") || !strings.Contains(d, "want     Reply") {
		t.Errorf("difference = %s", d)
	}
	if d := difference(want, want); d != "" {
		t.Errorf("difference of equals = %s", d)
	}
}

func TestRemindersComeDueOnceInOrderUnlessCancelled(t *testing.T) {
	b, w, at := decide(nil), NewWorld(), time.Unix(1000, 0)
	e := bots.Event{Head: bots.Head{Stream: "s"}}
	w.Apply(b, e, []bots.Effect{
		bots.Remind{Key: "late", At: at.Add(time.Hour)}, bots.Remind{Key: "moved", At: at}, bots.Remind{Key: "gone", At: at},
		bots.Remind{Key: "first", At: at}, bots.Remind{Key: "moved", At: at.Add(time.Minute)}, bots.Cancel{Key: "gone"},
	})
	var got []string
	for {
		r, stream, ok := w.Due(b, at.Add(time.Minute))
		if !ok {
			break
		}
		got = append(got, stream+" "+r.Key)
	}
	if all := strings.Join(got, ", "); all != "s first, s moved" {
		t.Errorf("due: %s", all)
	}
}

func TestHearingSomebodyOpensTheConversationForReplies(t *testing.T) {
	w := NewWorld(&bots.Conversation{Head: bots.Head{ID: "s", Stream: "s"}, Replies: 3})
	w.Hear(bots.Event{Head: bots.Head{Stream: "s"}, Kind: bots.MessageHeard, Accepted: time.Unix(9, 0), Body: &bots.Heard{Ref: "1"}})
	c, _ := bots.Get[bots.Conversation](w.Facts(decide(nil), bots.Event{}), "s")
	if c.Replies != 0 || c.Last != "1" || !c.LastHeard.Equal(time.Unix(9, 0)) {
		t.Errorf("%+v", c)
	}
}
