package bridge_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"netpatrol/adapters"
)

func clue(revision int) adapters.Package {
	return adapters.Package{
		Code: "ABCD2345", Revision: revision, From: adapters.Station{Name: "椰城网警", Region: "460100"}, To: "美兰分局",
		Files: []adapters.PackageFile{{Name: "clue.csv", Type: "text/csv", Data: []byte("要素")}},
	}
}

// What the other unit answers comes by push, each answer an item of its own.
func TestHandOver_TheOtherUnitAnswers(t *testing.T) {
	f := newFake()
	r := opened(t, f).Caps().Webhook
	now := time.Now()
	for body, want := range map[string]*adapters.PackageAnswer{
		`{"id":"9-1","kind":"answer","package":"ABCD2345","answer":"accepted","revision":2,"number":"美公2026-7","text":"已受理"}`: {Code: "ABCD2345", Revision: 2, As: adapters.AnswerAccepted, Number: "美公2026-7"},
		`{"id":"9-2","kind":"answer","package":"ABCD2345","answer":"not-ours"}`:                                               {Code: "ABCD2345", As: adapters.AnswerNotOurs},
		`{"id":"9-3","kind":"answer","package":"ABCD2345","answer":"maybe"}`:                                                  nil,
		`{"id":"9-4","kind":"answer","answer":"accepted"}`:                                                                    nil,
		`{"id":"9-5","kind":"answer","package":"../x","answer":"accepted"}`:                                                   nil,
		`{"id":"9-6","kind":"answer","package":"ABCD2345","answer":"accepted","revision":-1}`:                                 nil,
	} {
		d, err := r.Verify(signed([]byte(`{"items":[`+body+`]}`), now, testSecret), now)
		if err != nil {
			t.Fatal(err)
		}
		in := d.Items[0]
		if diff := cmp.Diff(want, in.Answer); diff != "" || (in.Kind == adapters.KindAnswer) != (want != nil) {
			t.Errorf("%s: %s %s", body, in.Kind, diff)
		}
		if want == nil && (in.Kind != adapters.KindOther || in.Detail != "answer") {
			t.Errorf("%s: what is not understood is kept as other: %+v", body, in)
		}
	}
}

func TestHandOver_WhatIsNoPackageNeverLeaves(t *testing.T) {
	f := newFake()
	courier := opened(t, f).Caps().Handover
	bare, large, unnamed := clue(1), clue(1), clue(1)
	bare.Files, large.Files, unnamed.Code = nil, []adapters.PackageFile{{Data: make([]byte, adapters.MaxPackage+1)}}, "编号"
	for _, p := range []adapters.Package{bare, large, unnamed} {
		if _, err := courier.HandOver(t.Context(), try, p); adapters.ClassOf(err) != adapters.Rejected {
			t.Errorf("%v", err)
		}
	}
	if len(f.Sent()) > 0 {
		t.Errorf("%+v", f.Sent())
	}
}

// The other unit's system learns what it needs to file a package without opening it.
func TestHandOver_SaysWhatItIs(t *testing.T) {
	f := newFake()
	p := clue(2)
	p.Withdrawn, p.Note, p.Emergency = true, "号码有误", true
	if _, err := opened(t, f).Caps().Handover.HandOver(t.Context(), try, p); err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(f.sends[0].body, &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"key": "key-1", "package": "ABCD2345", "revision": 2.0, "withdrawn": true, "note": "号码有误", "emergency": true, "to": "美兰分局",
		"from": map[string]any{"name": "椰城网警", "region": "460100"}, "files": []any{map[string]any{"name": "clue.csv", "type": "text/csv", "data": "6KaB57Sg"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestHandOver_OnlyWhereTheUnitTakesPackages(t *testing.T) {
	f := newFake()
	f.about["abilities"] = slices.DeleteFunc(slices.Clone(f.about["abilities"].([]string)), func(a string) bool { return a == "handover" })
	if opened(t, f).Caps().Handover != nil {
		t.Error("a site that does not list handover gets packages")
	}
}
