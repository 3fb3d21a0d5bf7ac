package app

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/audit"
	"netpatrol/internal/config"
	"netpatrol/internal/record"
)

// since is the head of a record that was last touched so long ago.
func since(id, subject, state string, ago time.Duration) bots.Head {
	at := time.Now().Add(-ago)
	return bots.Head{ID: id, Subject: subject, Stream: subject, State: state, Created: at, Updated: at}
}

func TestPromise15_WhatHasOutlivedItsRetentionIsGone(t *testing.T) {
	a, _ := kioskStation(t)
	const old, young = 800 * 24 * time.Hour, 24 * time.Hour
	put(t, a,
		&bots.Conversation{Head: since("conv/old", "conv/old", "open", old), Report: "r-old"},
		&bots.Report{Head: since("r-old", "conv/old", "closed", old), Lines: []bots.Line{{Text: "我被骗了"}}},
		&bots.Conversation{Head: since("conv/young", "conv/young", "open", young)},
		&bots.Conversation{Head: since("conv/kept", "conv/kept", "open", old), Kept: "正在侦办"},
		&bots.Conversation{Head: since("conv/open", "conv/open", "open", old), Report: "r-open"},
		&bots.Report{Head: since("r-open", "conv/open", "open", old)},
		&bots.Clue{Head: since("c-old", "post/1", bots.ClueDismissed, old), Text: "招刷单"},
		&bots.Clue{Head: since("c-open", "post/2", bots.ClueOpen, old), Text: "招刷单"},
		&record.Tape{Head: since("t-old", "conv/x", "kept", old)}, &record.Tape{Head: since("t-young", "conv/x", "kept", young)},
		&bots.Tally{Head: since("n-old", "", "day", old), N: 1}, &bots.Tally{Head: since("n-young", "", "day", young), N: 1},
		&record.HandOver{Head: since("h-old", "", record.HandOverTaken, old), Notes: "请回电"}, &record.HandOver{Head: since("h-young", "", record.HandOverTaken, young)},
	)
	for range 2 { // the second finds nothing more to do
		if err := a.sweepRetained(t.Context(), time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	all := &sim{t: t, app: a}
	for _, kind := range []bots.RecordKind{bots.KindConversation, bots.KindReport, bots.KindClue} {
		for _, r := range all.all(kind) {
			m := r.Meta()
			if want := m.ID == "conv/old" || m.ID == "r-old" || m.ID == "c-old"; m.Erased != want {
				t.Errorf("%s: erased is %v", m.ID, m.Erased)
			}
		}
	}
	for kind, want := range map[bots.RecordKind]string{record.KindTape: "t-young", bots.KindCount: "n-young", bots.KindHandOver: "h-young"} {
		if left := all.all(kind); len(left) != 1 || left[0].Meta().ID != want {
			t.Errorf("%s: %d are left", kind, len(left))
		}
	}
	deeds, err := a.store.AuditOf(t.Context(), bots.Target{Kind: bots.KindConversation, ID: "conv/old"})
	if err != nil || len(deeds) != 1 || deeds[0].Did != "erase" || deeds[0].Detail != "retention" {
		t.Errorf("%+v, %v", deeds, err)
	}
	if r, err := audit.Verify(t.Context(), a.store, ""); err != nil || !r.OK() {
		t.Errorf("the chain: %+v, %v", r, err)
	}
}

// Whoever adds a kind of record says what ends it, in the sweep and in docs/retention.md.
func TestEveryKindOfRecordHasARetentionOrAReason(t *testing.T) {
	doc, err := os.ReadFile("../../docs/retention.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(doc), "## Every kind of record")
	said := map[bots.RecordKind]term{}
	for _, e := range terms() {
		if _, twice := said[e.kind]; twice {
			t.Errorf("%s is listed twice", e.kind)
		}
		said[e.kind] = e
	}
	for _, kind := range record.Kinds() {
		e := said[kind]
		if swept := e.after != nil && e.drop != nil; !swept && e.why == "" {
			t.Errorf("nothing says what ends a %s, or why it is kept", kind)
		}
		if e.after != nil && e.after(config.Default().Retention) <= 0 {
			t.Errorf("a %s is swept after no time, or never", kind)
		}
		if !strings.Contains(table, "`"+string(kind)+"`") {
			t.Errorf("docs/retention.md says nothing of a %s", kind)
		}
		delete(said, kind)
	}
	for kind := range said {
		t.Errorf("the store knows no %s", kind)
	}
}

// A partner site's records end once it has put things right, or is no partner any more; what is pending or held with a reason stays.
func TestPromise15_WhatASitePutRightEndsWithItsRetention(t *testing.T) {
	a, _ := kioskStation(t)
	const old, young = 4 * 365 * 24 * time.Hour, 24 * time.Hour
	site := func(id, state, kept string) *record.Site {
		return &record.Site{Head: bots.Head{ID: id, Stream: "site/" + id, State: state, Created: time.Now().Add(-old), Updated: time.Now().Add(-old)}, Name: id, Kept: kept}
	}
	asked := func(id, site, state string, ago time.Duration) *record.Rectification {
		r := &record.Rectification{Head: since(id, "", state, ago), Site: site, Interviews: []record.Interview{{Note: "约谈", Present: "王某"}}}
		r.Stream = "site/" + site
		return r
	}
	answer := func(of string) *record.SiteAnswer {
		return &record.SiteAnswer{Head: since("answer-"+of, record.AnswersOf(of), "given", old), Rectification: of, Text: "已整改"}
	}
	liaison := func(id, site, state string, ago time.Duration) *record.Officer {
		return &record.Officer{Head: since(id+"@"+site, "", state, ago), Name: "王某", Roles: []record.Role{record.Liaison}, Site: site}
	}
	put(t, a,
		site("partner", record.SiteActive, ""), site("gone", record.SiteRetired, ""), site("held", record.SiteRetired, "正在侦办"), site("alone", record.SiteRetired, "正在侦办"),
		asked("fixed", "partner", record.RectificationFixed, old), answer("fixed"), asked("young", "partner", record.RectificationFixed, young), answer("young"),
		asked("open", "partner", record.RectificationOverdue, old), asked("of-gone", "gone", record.RectificationOpen, old), asked("of-held", "held", record.RectificationFixed, old),
		liaison("revoked", "partner", record.OfficerSuspended, old), liaison("lately", "partner", record.OfficerSuspended, young), liaison("works", "partner", record.OfficerActive, old),
		liaison("of", "gone", record.OfficerActive, old), liaison("of", "held", record.OfficerSuspended, old),
		&record.Officer{Head: since("left", "", record.OfficerSuspended, old), Name: "老陈", Roles: []record.Role{record.Duty}},
		&record.Alarm{Head: since("al-old", "", record.AlarmAcknowledged, old)}, &record.Alarm{Head: since("al-open", "", record.AlarmOpen, old)},
		&record.Shift{Head: since("s-over", "", record.DutyOver, old)}, &record.Shift{Head: since("s-on", "", record.DutyActive, old)},
	)
	for range 2 { // the second finds nothing more to do
		if err := a.sweepRetained(t.Context(), time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	all := &sim{t: t, app: a}
	for kind, want := range map[bots.RecordKind]string{
		record.KindSite: "alone held partner", record.KindRectification: "of-held open young", record.KindAlarm: "al-open", bots.KindShift: "s-on",
		record.KindOfficer: "lately@partner left of@held works@partner",
	} {
		var left []string
		for _, r := range all.all(kind) {
			if o, officer := r.(*record.Officer); !officer || o.Site != "" || o.ID == "left" { // the station's own are beside the point
				left = append(left, r.Meta().ID)
			}
		}
		if slices.Sort(left); strings.Join(left, " ") != want {
			t.Errorf("%s: %s are left, want %s", kind, left, want)
		}
	}
	for _, r := range all.all(record.KindSiteAnswer) {
		if m := r.Meta(); m.Erased != (m.ID == "answer-fixed") {
			t.Errorf("%s: erased is %v", m.ID, m.Erased)
		}
	}
	deeds, err := a.store.AuditOf(t.Context(), bots.Target{Kind: record.KindRectification, ID: "fixed"})
	if err != nil || len(deeds) != 1 || deeds[0].Did != "delete" || deeds[0].Detail != "retention" {
		t.Errorf("%+v, %v", deeds, err)
	}
	if r, err := audit.Verify(t.Context(), a.store, ""); err != nil || !r.OK() {
		t.Errorf("the chain: %+v, %v", r, err)
	}
}
