package engine

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// proposing is a bot that proposes the same for every event.
func proposing(effects func(bots.Event) []bots.Effect) bots.Bot {
	return botFunc{"rash", func(e bots.Event, _ bots.Facts) ([]bots.Effect, error) { return effects(e), nil }}
}

// parkedFor lets a message meet a bot and returns why its event was parked.
func parkedFor(t *testing.T, o deskOptions) string {
	t.Helper()
	d := newDesk(t, o)
	d.says("p1", "100", "你好")
	d.settle()
	if n := len(d.all(record.KindItem, "")); n != 0 {
		t.Errorf("%d items came of it", n)
	}
	parked := d.all(bots.KindEvent, bots.EventParked)
	if len(parked) != 1 {
		t.Fatalf("%d events parked, want 1", len(parked))
	}
	return parked[0].(*bots.Event).Result.Message
}

func TestPromise1_ABotCannotReplyWithAWarning(t *testing.T) {
	for _, p := range []bots.Purpose{bots.ForWarning, bots.ForBulletin, bots.ForOfficer, ""} {
		why := parkedFor(t, deskOptions{bots: []bots.Bot{proposing(func(bots.Event) []bots.Effect {
			return []bots.Effect{bots.Reply{Template: "receipt", Purpose: p}}
		})}})
		if !strings.Contains(why, "needs an officer") {
			t.Errorf("%q: %s", p, why)
		}
	}
}

// brokenStore refuses to accept.
type brokenStore struct{ Store }

func (brokenStore) Accept(context.Context, []*bots.Event, ...*record.Mark) ([]bool, error) {
	return nil, record.ErrFull
}

func TestPromise5_WhatIsNotDurableIsNotAcknowledged(t *testing.T) {
	d := newDesk(t, deskOptions{store: func(s Store) Store { return brokenStore{s} }})
	err := d.Receive(t.Context(), "wb", []adapters.Inbound{{Key: "1", Kind: adapters.KindMessage, From: adapters.Person{ID: "p"}, Text: "x"}})
	if !errors.Is(err, record.ErrFull) {
		t.Errorf("Receive: %v, want %v", err, record.ErrFull)
	}
}

func TestPromise5_AnEventIsDecidedOnce(t *testing.T) {
	d := newDesk(t, deskOptions{bots: []bots.Bot{intakeBot()}})
	d.says("p1", "100", "我被骗了")
	d.settle()
	ev := one[bots.Event](d)
	again := *ev
	again.State = bots.EventPending // as a second node would still hold it
	_, err := d.attempt(t.Context(), &again)
	if !errors.Is(err, errDone) {
		t.Errorf("second decision: %v, want %v", err, errDone)
	}
	if r := one[bots.Report](d); len(r.Lines) != 1 {
		t.Errorf("report has %d lines", len(r.Lines))
	}
}

func TestPromise7_AnEditKeepsWhoSpeaks(t *testing.T) {
	d := newDesk(t, deskOptions{bots: []bots.Bot{patrolBot()}})
	d.posts("scammer", "200", "刷单日结")
	d.settle()
	draft := one[bots.Draft](d)
	anonymous := strings.ReplaceAll(draft.Text, "测试网警", "热心网友")
	if r := d.decides("lin", bots.Edit, draft, map[string]string{"text": anonymous}, ""); r.Code != "identity" {
		t.Errorf("an anonymous text: %+v", r)
	}
	noCode := strings.ReplaceAll(draft.Text, draft.Code, "")
	if r := d.decides("lin", bots.Edit, draft, map[string]string{"text": noCode}, ""); r.Code != "code" {
		t.Errorf("a text without its code: %+v", r)
	}
}

func TestPromise7_ABotCannotSayWhoSpeaks(t *testing.T) {
	d := newDesk(t, deskOptions{bots: []bots.Bot{proposing(func(bots.Event) []bots.Effect {
		vars := map[string]string{"Unit": "热心网友", "Code": "FAKE", "Automatic": ""}
		return []bots.Effect{bots.Reply{Template: "receipt", Purpose: bots.ForReceipt, Vars: vars}}
	})}})
	d.says("p1", "100", "你好")
	d.settle()
	if x := one[bots.Draft](d); !strings.Contains(x.Text, "测试网警") || strings.Contains(x.Text, "热心网友") || strings.Contains(x.Text, "FAKE") {
		t.Errorf("the text says %q", x.Text)
	}
}

func TestPromise8_PostsThatMatchNothingAreNotStored(t *testing.T) {
	d := newDesk(t, deskOptions{bots: []bots.Bot{patrolBot()}})
	d.posts("citizen", "200", "今天天气真好")
	d.posts("critic", "201", "某某局办事太慢，差评")
	d.posts("scammer", "202", "刷单日结")
	d.settle()
	if ev := one[bots.Event](d); ev.Body.(*bots.Heard).Ref != "202" {
		t.Errorf("kept %+v", ev.Body)
	}
}

func TestPromise8_AChangedPostThatMatchesNothingIsNotStored(t *testing.T) {
	d := newDesk(t, deskOptions{})
	for i, kind := range []adapters.Kind{adapters.KindEdited, adapters.KindDeleted, adapters.KindEdited} {
		text := "某某局办事太慢，差评"
		if i == 2 {
			text = "刷单日结"
		}
		ref := []string{"200", "201", "202"}[i]
		d.hears(adapters.Inbound{Key: ref, Kind: kind, Ref: adapters.Ref(ref), From: adapters.Person{ID: "critic", Name: "批评者"}, Text: text})
	}
	d.settle()
	for _, r := range d.all(bots.KindEvent, "") {
		h := r.(*bots.Event).Body.(*bots.Heard)
		if matches := h.Ref == "202"; matches != (h.Text != "") || matches != (h.From.ID != "") {
			t.Errorf("of post %s is kept: %q by %q", h.Ref, h.Text, h.From.ID)
		}
	}
}

func TestPromise8_NoCluesOutsideTheClosedList(t *testing.T) {
	why := parkedFor(t, deskOptions{bots: []bots.Bot{proposing(func(e bots.Event) []bots.Effect {
		return []bots.Effect{bots.OpenClue{ID: bots.NewID(e, "clue"), Category: "criticism", Stance: bots.Asserting}}
	})}})
	if !strings.Contains(why, "closed list") {
		t.Error(why)
	}
}

func TestPromise9_OnlyAnAssertingAuthorIsEverProposedForAWarning(t *testing.T) {
	for _, stance := range []bots.Stance{bots.Victim, bots.Cautions, bots.Quoting, bots.Asking, bots.Minor, ""} {
		why := parkedFor(t, deskOptions{bots: []bots.Bot{proposing(func(e bots.Event) []bots.Effect {
			clue := bots.NewID(e, "clue")
			return []bots.Effect{
				bots.OpenClue{ID: clue, Category: bots.Fraud, Stance: stance},
				bots.ProposeWarning{ID: bots.NewID(e, "warning"), Clue: clue, Template: "warning"},
			}
		})}})
		if !strings.Contains(why, "never warned") {
			t.Errorf("%q: %s", stance, why)
		}
	}
}

func TestPromise11_ATextTheLinterRefusesIsNeverDrafted(t *testing.T) {
	lint := func(text string) error {
		if strings.Contains(text, "请转账") {
			return errors.New("asks for a transfer")
		}
		return nil
	}
	why := parkedFor(t, deskOptions{lint: lint, bots: []bots.Bot{proposing(func(bots.Event) []bots.Effect {
		return []bots.Effect{bots.Reply{Template: "receipt", Purpose: bots.ForReceipt, Vars: map[string]string{"Note": "请转账"}}}
	})}})
	if !strings.Contains(why, "asks for a transfer") {
		t.Error(why)
	}
	d := newDesk(t, deskOptions{lint: lint})
	if r := d.decides("wu", bots.WriteBulletin, nil, map[string]string{"title": "通报", "text": "请转账到", "accounts": "wb"}, ""); r.Code != "text" {
		t.Errorf("an editor's bulletin: %+v", r)
	}
}

func TestPromise12_TheEmergencyCardGoesBeforeEveryOtherReply(t *testing.T) {
	chatty := proposing(func(bots.Event) []bots.Effect {
		return []bots.Effect{bots.Reply{Template: "receipt", Purpose: bots.ForReceipt}}
	})
	careful := botFunc{"careful", func(bots.Event, bots.Facts) ([]bots.Effect, error) {
		return []bots.Effect{bots.Reply{Template: "emergency", Purpose: bots.ForEmergency}}, nil
	}}
	d := newDesk(t, deskOptions{bots: []bots.Bot{chatty, careful}})
	d.says("p1", "100", "刚转了三万")
	d.settle()
	if x := one[bots.Draft](d); x.Purpose != bots.ForEmergency {
		t.Errorf("the draft is a %s", x.Purpose)
	}
}

func TestPromise16_ADecisionHoldsOnlyOnWhatWasRead(t *testing.T) {
	d := newDesk(t, deskOptions{})
	c := &commit{e: d.Engine, ev: &bots.Event{}}
	d.update(func(tx record.Tx) error {
		c.tx = tx
		stale := []record.Read{{Bot: "b", Ask: "get officer chen", Version: 99}}
		if err := c.unchanged(stale); !errors.Is(err, record.ErrConflict) {
			t.Errorf("a stale read: %v", err)
		}
		gone := []record.Read{{Bot: "b", Ask: "get report nowhere", Version: 1}}
		if err := c.unchanged(gone); !errors.Is(err, record.ErrConflict) {
			t.Errorf("a record that is gone: %v", err)
		}
		return nil
	})
}

// curious reads everything Facts offers and proposes by it.
func curious() bots.Bot {
	return botFunc{"curious", func(e bots.Event, f bots.Facts) ([]bots.Effect, error) {
		h, ok := e.Body.(*bots.Heard)
		if !ok {
			return nil, nil
		}
		a, _ := f.Account("wb")
		c, _ := bots.Get[bots.Conversation](f, e.Stream)
		last, _ := f.Remembered("last")
		reports := f.Find(bots.KindReport, e.Stream, "", 10)
		told, _ := json.Marshal([]any{a.Unit, c.Person.ID, string(last), f.Counted("seen"), reports, f.Now()})
		return []bots.Effect{
			bots.Count{Name: "seen"}, bots.Remember{Key: "last", Value: []byte(h.Text)}, bots.Remember{Key: "told", Value: told},
			bots.OpenReport{ID: bots.NewID(e, "matter")}, bots.Reply{Template: "receipt", Purpose: bots.ForReceipt, Report: bots.NewID(e, "matter")},
		}, nil
	}}
}

func TestPromise16_ReplayGivesTheSameProposalsByteForByte(t *testing.T) {
	all := []bots.Bot{curious(), intakeBot(), patrolBot()}
	d := newDesk(t, deskOptions{bots: all})
	d.until("the account is known", func() bool { return one[bots.Account](d).Identity != "" })
	for i, text := range []string{"一", "二", "三"} {
		d.says("p1", []string{"100", "101", "102"}[i], text)
	}
	d.posts("scammer", "200", "刷单日结")
	d.settle()
	tapes := d.all(record.KindTape, "")
	if len(tapes) != 4 {
		t.Fatalf("%d tapes, want 4", len(tapes))
	}
	for _, r := range tapes {
		tape := r.(*record.Tape)
		ev, err := record.Fetch[bots.Event](t.Context(), d.store, tape.ID)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Replay(ev, tape, all)
		if err != nil || !slices.Equal(got, tape.Effects) {
			t.Errorf("replayed %s (%v):\n%s\nwant\n%s", ev.ID, err, strings.Join(got, "\n"), strings.Join(tape.Effects, "\n"))
		}
	}
}

func TestPromise16_AnotherQuestionThanTapedFailsTheReplay(t *testing.T) {
	d := newDesk(t, deskOptions{bots: []bots.Bot{curious()}})
	d.says("p1", "100", "一")
	d.settle()
	asksElse := botFunc{"curious", func(_ bots.Event, f bots.Facts) ([]bots.Effect, error) {
		f.Account("another")
		return []bots.Effect{bots.Count{Name: "seen"}}, nil
	}}
	if got, err := Replay(one[bots.Event](d), one[record.Tape](d), []bots.Bot{asksElse}); err == nil {
		t.Errorf("replay answered a question nobody taped: %q", got)
	}
}

func TestAStoreThatCannotWriteStopsAStreamUntilItCan(t *testing.T) {
	full := &fullStore{refuse: 3}
	d := newDesk(t, deskOptions{bots: []bots.Bot{intakeBot()}, pace: Pace{Retry: time.Millisecond}, store: func(s Store) Store { full.Store = s; return full }})
	d.until("the engine has started, which writes too", func() bool {
		_, err := record.Fetch[record.Mark](t.Context(), d.store, clusteredMark)
		return err == nil
	})
	full.armed.Store(true)
	d.says("p1", "100", "我被骗了")
	d.settle()
	one[bots.Report](d)
	if n := len(d.all(bots.KindEvent, bots.EventParked)); n != 0 {
		t.Errorf("%d events parked: a full disk is nobody's fault", n)
	}
}
