package engine

import (
	"errors"
	"strings"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// A suggestion's template says what officers say. No bot says it for them, however it asks.
func TestPromise1_NoBotSaysWhatIsAnOfficersToSay(t *testing.T) {
	for _, purpose := range []bots.Purpose{bots.ForReply, bots.ForReceipt, bots.ForNotice, bots.ForEmergency, bots.ForOfficer} {
		d := newDesk(t, deskOptions{bots: []bots.Bot{botFunc{"eager", func(e bots.Event, _ bots.Facts) ([]bots.Effect, error) {
			return []bots.Effect{bots.Reply{Template: "officer", Vars: map[string]string{"Text": "你好"}, Purpose: purpose}}, nil
		}}}})
		d.says("p1", "100", "你好")
		d.settle()
		if drafts, items := d.all(bots.KindDraft, ""), d.all(record.KindItem, ""); len(drafts)+len(items) != 0 {
			t.Errorf("as a %s: %d drafts, %d items", purpose, len(drafts), len(items))
		}
	}
}

// chooser suggests a short answer and a long one.
type chooser struct{ bots.Bot }

func (chooser) Suggest(bots.Situation) []bots.Suggestion {
	return []bots.Suggestion{{Template: "short", Vars: map[string]string{"Note": "好"}}, {Template: "long", Vars: map[string]string{"Note": strings.Repeat("长", 400)}}}
}

// brief is a platform that takes short messages only.
type brief struct{ *scripted }

func (b brief) Caps() adapters.Caps {
	c := b.scripted.Caps()
	c.Limits.Text = []adapters.TextLimit{{Channel: adapters.Private, Max: 200, Unit: adapters.Runes}}
	return c
}

// speaking ends every text with who speaks, as the shipped texts do.
type speaking struct{ Writer }

func (speaking) Render(_, name string, vars map[string]string) (Text, error) {
	words := vars["Note"]
	if name == officerTemplate {
		words = vars["Text"]
	}
	return Text{Text: words + "\n" + vars["Unit"] + " " + vars["Code"], Language: "zh-Hans", Rev: 7}, nil
}

func TestSuggestions_OnlyWhatThePlatformTakesIsSuggested(t *testing.T) {
	d := newDesk(t, deskOptions{bots: []bots.Bot{chooser{intakeBot()}}})
	d.says("p1", "100", "我被骗了")
	d.settle()
	conv := d.all(bots.KindConversation, "")[0].(*bots.Conversation)
	d.stop() // from here on only the test reads, and it changes what is read
	d.o.Writer = speaking{d.o.Writer}
	all, err := d.Suggestions(t.Context(), conv.ID, time.Now())
	if err != nil || len(all) != 2 || all[0].Text != "好" || all[0].Rev != 7 || all[0].Max != 0 {
		t.Fatalf("without a limit: %+v, %v", all, err)
	}
	open := d.accounts["wb"].Open().(*scripted)
	d.accounts["wb"].Open = func() adapters.Account { return brief{open} }
	all, err = d.Suggestions(t.Context(), conv.ID, time.Now())
	if err != nil || len(all) != 1 || all[0].Template != "short" || all[0].Max != 200 || all[0].Length != len([]rune("好\n测试网警 "+standIn)) {
		t.Errorf("with one: %+v, %v", all, err)
	}
	d.o.Writer = plainWriter{func(string) error { return errors.New("refused") }}
	if all, err = d.Suggestions(t.Context(), conv.ID, time.Now()); err != nil || len(all) != 0 {
		t.Errorf("what the linter refuses: %+v, %v", all, err)
	}
	if err := d.store.Erase(t.Context(), conv.Subject); err != nil {
		t.Fatal(err)
	}
	d.o.Writer = speaking{plainWriter{func(string) error { return nil }}}
	if all, err = d.Suggestions(t.Context(), conv.ID, time.Now()); err != nil || len(all) != 0 {
		t.Errorf("to somebody who is forgotten: %+v, %v", all, err)
	}
}
