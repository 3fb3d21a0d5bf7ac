package engine

import (
	"testing"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

func (d *desk) volunteers() {
	d.t.Helper()
	d.update(func(tx record.Tx) error {
		return tx.Put(&record.Officer{Head: bots.Head{ID: "zhou", State: record.OfficerActive, Created: time.Now()}, Name: "zhou", Roles: []record.Role{record.Volunteer}})
	})
}

func tipOf(text string) map[string]string {
	return map[string]string{"text": text, "category": "fraud", "source": "业主群", "grade": "B", "worth": "3"}
}

func TestPromise2_AVolunteerDecidesNothing(t *testing.T) {
	d := newDesk(t, deskOptions{bots: []bots.Bot{patrolBot()}})
	d.volunteers()
	for verb := range deeds {
		r := d.decides("zhou", verb, nil, nil, "因为")
		if verb != bots.SendTip && (r.Status != bots.Refused || r.Code != "role") {
			t.Errorf("%s: %+v", verb, r)
		}
	}
}

func TestATipIsAClueOfItsOwnAndNothingMore(t *testing.T) {
	d := newDesk(t, deskOptions{bots: []bots.Bot{intakeBot(), patrolBot()}})
	d.volunteers()
	const secret = "xiaoli 在业主群里招刷单"
	if r := d.decides("zhou", bots.SendTip, nil, tipOf(secret), ""); r.Status != bots.Applied {
		t.Fatalf("%+v", r)
	}
	c := one[bots.Clue](d)
	if c.Account != record.TipAccount || c.State != bots.ClueOpen || c.Text != secret || c.Tip.By != "zhou" || len(c.Hits) != 1 {
		t.Errorf("%+v", c)
	}
	for _, kind := range []bots.RecordKind{bots.KindWarning, bots.KindDraft, bots.KindReport, bots.KindConversation} {
		if n := len(d.all(kind, "")); n > 0 {
			t.Errorf("%d records of kind %s came of a tip", n, kind)
		}
	}
	if err := d.store.Erase(t.Context(), c.Subject); err != nil {
		t.Fatal(err)
	}
	if c = one[bots.Clue](d); !c.Erased || c.Text != "" {
		t.Errorf("erased: %+v", c)
	}
	if ev := one[bots.Event](d); !ev.Erased {
		t.Error("the event of a tip keeps its words")
	}
}
