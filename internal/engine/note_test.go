package engine

import (
	"maps"
	"strings"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// tieba is an account that people work by hand.
func tieba() *Account {
	return &Account{
		Record: bots.Account{Head: bots.Head{ID: "tieba"}, Platform: "manual", Unit: "测试网警", Language: "zh-Hans", ByHand: true},
		Open:   func() adapters.Account { return &scripted{} }, Poll: time.Hour,
	}
}

func (d *desk) notes(officer, formKey string, fields map[string]string) bots.Result {
	d.t.Helper()
	dec := bots.Decision{Officer: officer, Verb: bots.NoteHeard, On: bots.Target{Kind: bots.KindAccount, ID: "tieba"}, Fields: fields}
	r, err := d.Submit(d.t.Context(), dec, formKey)
	if err != nil {
		d.t.Fatal(err)
	}
	return r
}

var spam = map[string]string{"kind": "post", "from": "@发财", "text": "刷单日结，加我", "link": "https://tieba.example/p/1"}

func with(fields map[string]string, key, value string) map[string]string {
	out := maps.Clone(fields)
	out[key] = value
	return out
}

func TestNote_WhatAnOfficerReadIsHeardAsElsewhere(t *testing.T) {
	d := newDesk(t, deskOptions{bots: []bots.Bot{intakeBot(), patrolBot()}, more: []*Account{tieba()}})
	r := d.notes("chen", "1", spam)
	wantResult(t, "a post", r, "")
	clue := one[bots.Clue](d)
	if clue.Account != "tieba" || clue.Post != "https://tieba.example/p/1" || clue.Author.ID != "发财" {
		t.Errorf("%+v", clue)
	}
	ev := one[bots.Event](d)
	if h := ev.Body.(*bots.Heard); h.Noted != "chen" || h.Source != bySight {
		t.Errorf("%+v", h)
	}
	audits, err := d.store.AuditOf(t.Context(), bots.Target{Kind: bots.KindEvent, ID: ev.ID})
	if err != nil || len(audits) != 1 || audits[0].Who != "chen" || audits[0].Did != "note" {
		t.Errorf("%+v, %v", audits, err)
	}
	wantResult(t, "the same post, by another", d.notes("lin", "2", spam), "")
	wantResult(t, "a message", d.notes("chen", "3", map[string]string{"kind": "message", "from": "小李", "text": "我被骗了"}), "")
	if r := one[bots.Report](d); r.Account != "tieba" || r.Lines[0].Text != "我被骗了" {
		t.Errorf("%+v", r)
	}
	one[bots.Clue](d) // still one
}

func TestPromise8_WhatMatchesNothingIsNotKeptForAnOfficerEither(t *testing.T) {
	d := newDesk(t, deskOptions{more: []*Account{tieba()}})
	wantResult(t, "a harmless post", d.notes("chen", "1", with(spam, "text", "今天天气好")), "no-match")
	if n := len(d.all(bots.KindEvent, "")); n != 0 {
		t.Errorf("%d events were kept", n)
	}
}

func TestNote_Refusals(t *testing.T) {
	d := newDesk(t, deskOptions{more: []*Account{tieba()}})
	for _, c := range []struct {
		name, officer, code string
		fields              map[string]string
	}{
		{"nobody", "nobody", "role", spam},
		{"a kind that is none", "chen", "kind", with(spam, "kind", "follow")},
		{"no text", "chen", "empty", with(spam, "text", "  ")},
		{"no author", "chen", "empty", with(spam, "from", "@")},
		{"no link", "chen", "link", with(spam, "link", "")},
		{"a link that is none", "chen", "link", with(spam, "link", "javascript:alert(1)")},
	} {
		wantResult(t, c.name, d.notes(c.officer, c.name, c.fields), c.code)
	}
	r, err := d.Submit(t.Context(), bots.Decision{Officer: "chen", Verb: bots.NoteHeard, On: bots.Target{Kind: bots.KindAccount, ID: "wb"}, Fields: spam}, "x")
	if err != nil {
		t.Fatal(err)
	}
	wantResult(t, "an account with an interface", r, "account")
}

func TestLookBack_WhatBecameOfAPostOnlyPeopleSee(t *testing.T) {
	d := newDesk(t, deskOptions{bots: []bots.Bot{patrolBot()}, more: []*Account{tieba()}})
	d.notes("chen", "1", spam)
	w := one[bots.Warning](d)
	wantResult(t, "not sent yet", d.decides("chen", bots.LookBack, w, map[string]string{"as": "removed"}, ""), "not-sent")
	d.update(func(tx record.Tx) error {
		w, err := record.Load[bots.Warning](tx, w.ID)
		if err != nil {
			return err
		}
		w.State = bots.WarningSent
		return tx.Put(w)
	})
	wantResult(t, "a word that is none", d.decides("chen", bots.LookBack, w, map[string]string{"as": "gone"}, ""), "as")
	wantResult(t, "still there", d.decides("chen", bots.LookBack, w, map[string]string{"as": "kept"}, ""), "")
	wantResult(t, "gone", d.decides("chen", bots.LookBack, w, map[string]string{"as": "removed"}, ""), "")
	if w := one[bots.Warning](d); w.State != bots.WarningRemoved {
		t.Errorf("%s", w.State)
	}
	if !strings.HasPrefix(w.Stream, "post/tieba/") {
		t.Errorf("stream %s", w.Stream)
	}
}
