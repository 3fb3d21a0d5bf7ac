package app

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/adapters/adaptertest"
	adapterbridge "netpatrol/adapters/bridge"
	adapterdiscuz "netpatrol/adapters/discuz"
	"netpatrol/internal/sandbox/bridge"
	"netpatrol/internal/sandbox/discuz"
)

// on opens the real adapter on a pretend platform.
func on(t *testing.T, h http.Handler, p adapters.Platform, c adapters.Config) adapters.Caps {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	c.ID, c.BaseURL = "x", srv.URL
	a, err := p.Open(t.Context(), c, adaptertest.Host(t))
	if err != nil {
		t.Fatal(err)
	}
	return a.Caps()
}

func onPartner(t *testing.T, o bridge.Options) (*bridge.Site, adapters.Caps, adapters.Person) {
	t.Helper()
	o.Secret = demoBridgeSecret
	site := bridge.New(o)
	t.Cleanup(site.Close)
	id, err := site.AddPerson("阿梁")
	if err != nil {
		t.Fatal(err)
	}
	secrets := map[string]adapters.Secret{"secret": demoBridgeSecret}
	return site, on(t, site, adapterbridge.Platform(), adapters.Config{Secrets: secrets}), adapters.Person{ID: id}
}

func onDiscuz(t *testing.T, o discuz.Options) (*discuz.Board, adapters.Caps) {
	t.Helper()
	o.Username, o.Password = demoName, demoBoardPassword
	board := discuz.New(o)
	if err := board.AddPerson("阿梁"); err != nil {
		t.Fatal(err)
	}
	return board, on(t, board, adapterdiscuz.Platform(), adapters.Config{
		Options: map[string]string{"username": demoName, "forum": "37"}, Secrets: map[string]adapters.Secret{"password": demoBoardPassword},
	})
}

func attempt(n int) adapters.Attempt {
	return adapters.Attempt{Code: fmt.Sprintf("NP-%d", n), Key: fmt.Sprintf("key-%d", n), Deadline: time.Now().Add(20 * time.Second)}
}

// Whatever becomes of an answer, the same key again settles it, and nobody gets a message twice.
func TestPartnerSite_TheSameKeySettlesEverything(t *testing.T) {
	site, caps, to := onPartner(t, bridge.Options{})
	for n, kind := range []bridge.FaultKind{bridge.ResetBefore, bridge.ResetAfter, bridge.Gateway, bridge.HalfJSON, bridge.NotSent, bridge.Busy, bridge.InUse} {
		site.Fault(bridge.Fault{Kind: kind, On: "POST /v1/messages"})
		before, at := len(site.Received()), attempt(n)
		m := adapters.Message{To: to, Text: "请勿转账，编号" + at.Code}
		_, err := caps.Message.Send(t.Context(), at, m)
		went := len(site.Received()) > before
		switch class := adapters.ClassOf(err); {
		case err == nil:
			t.Errorf("%s: success", kind)
		case went && class != adapters.Unknown:
			t.Errorf("%s: it went out, and is %q: %v", kind, class, err)
		case (kind == bridge.NotSent) != (class == adapters.NotSent), (kind == bridge.Busy) != (class == adapters.RateLimited):
			t.Errorf("%s: %q: %v", kind, class, err)
		}
		found, err := caps.Find.Find(t.Context(), adapters.FindQuery{Channel: adapters.Private, To: to, Key: at.Key, Code: at.Code, Since: time.Now()})
		if want := map[bool]adapters.Verdict{true: adapters.Found, false: adapters.Absent}[went]; err != nil || found.Verdict != want {
			t.Errorf("%s: went out %v, found %v, %v", kind, went, found.Verdict, err)
		}
		if r, err := caps.Message.Send(t.Context(), at, m); err != nil || r.Existed != went {
			t.Errorf("%s: the same key again: %+v, %v", kind, r, err)
		}
	}
	if twice := site.Duplicates(); len(twice) > 0 || len(site.Received()) != 7 {
		t.Errorf("%d received, %d twice", len(site.Received()), len(twice))
	}
	if faults, replays := site.Struck(); faults != 7 || replays != 0 {
		t.Errorf("%d faults struck; %d requests came twice with one nonce", faults, replays)
	}
}

// A site where a person must agree first says in the end what they decided.
func TestPartnerSite_Review(t *testing.T) {
	now := time.Now()
	_, caps, _ := onPartner(t, bridge.Options{ReviewDelay: time.Minute, Refuse: "红包", Now: func() time.Time { return now }})
	good, err := caps.Publish.Publish(t.Context(), attempt(1), adapters.Part{Title: "通报", Text: "请勿转账"})
	bad, err2 := caps.Publish.Publish(t.Context(), attempt(2), adapters.Part{Title: "通报", Text: "红包骗局"})
	if err != nil || err2 != nil || !good.Pending || !bad.Pending {
		t.Fatalf("%+v, %v; %+v, %v", good, err, bad, err2)
	}
	now = now.Add(2 * time.Minute)
	if r, err := caps.Publish.Check(t.Context(), good); err != nil || r.Pending {
		t.Errorf("agreed: %+v, %v", r, err)
	}
	if r, err := caps.Publish.Check(t.Context(), bad); adapters.ClassOf(err) != adapters.Rejected || err == nil {
		t.Errorf("refused: %+v, %v", r, err)
	}
}

// On a board the adapter was not written with, what went out is found, in either charset.
func TestDiscuzBoard_WhatMayHaveGoneOutIsSettled(t *testing.T) {
	for _, gbk := range []bool{false, true} {
		board, caps := onDiscuz(t, discuz.Options{GBK: gbk})
		to := adapters.Person{ID: "20002"}
		for n, kind := range []discuz.FaultKind{discuz.ResetBefore, discuz.ResetAfter, discuz.Gateway, discuz.HalfJSON, discuz.SignedOut, discuz.Flood} {
			for module, way := range map[string]struct {
				query adapters.FindQuery
				send  func(at adapters.Attempt, text string) (adapters.Receipt, error)
			}{
				"sendpm": {adapters.FindQuery{Channel: adapters.Private, To: to}, func(at adapters.Attempt, text string) (adapters.Receipt, error) {
					return caps.Message.Send(t.Context(), at, adapters.Message{To: to, Text: text})
				}},
				"newthread": {adapters.FindQuery{Channel: adapters.Public}, func(at adapters.Attempt, text string) (adapters.Receipt, error) {
					return caps.Publish.Publish(t.Context(), at, adapters.Part{Title: "反诈提示", Text: text})
				}},
			} {
				board.Fault(discuz.Fault{Kind: kind, Module: module})
				before, at := len(board.Received()), attempt(n)
				text := fmt.Sprintf("请勿转账（%s）\n编号%s", module, at.Code)
				_, err := way.send(at, text)
				went := len(board.Received()) > before
				if class := adapters.ClassOf(err); err == nil || (class == adapters.Unknown) == (kind == discuz.SignedOut || kind == discuz.Flood) {
					t.Errorf("%s under %s: %q, %v", module, kind, class, err)
				}
				way.query.Code, way.query.Since = at.Code, time.Now()
				found, err := caps.Find.Find(t.Context(), way.query)
				if err != nil || went != (found.Verdict == adapters.Found) || !went && module == "sendpm" && found.Verdict != adapters.Absent {
					t.Errorf("%s under %s: went out %v, found %v, %v", module, kind, went, found.Verdict, err)
				}
			}
		}
		if twice := board.Duplicates(); len(twice) > 0 || board.Struck() != 12 {
			t.Errorf("twice: %+v; %d faults", twice, board.Struck())
		}
	}
}

// What a member writes is heard once, by whichever source, as it is seen when looked at
// again; a session that ends meanwhile is no trouble.
func TestDiscuzBoard_HearAndLook(t *testing.T) {
	board, caps := onDiscuz(t, discuz.Options{GBK: true})
	cursors := map[string]adapters.Cursor{}
	hear := func(source string) []adapters.Inbound {
		b, err := caps.Watch.Poll(t.Context(), source, cursors[source], 10)
		if err != nil {
			t.Fatal(err)
		}
		cursors[source] = b.Next
		return b.Items
	}
	for _, source := range []string{"messages", "notices", "threads:37"} {
		hear(source)
	}
	pid, err := board.Topic("阿梁", "求助", "@"+demoName+" 这是骗局吗？\n要我先交<手续费>")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := board.Write("阿梁", "被骗了"); err != nil {
		t.Fatal(err)
	}
	board.Expire()
	named, seen, told := hear("notices"), hear("threads:37"), hear("messages")
	if len(named) != 1 || len(seen) != 1 || len(told) != 1 || named[0].Key != seen[0].Key || named[0].Kind != adapters.KindMention || told[0].Text != "被骗了" || told[0].From.ID != "20002" {
		t.Fatalf("named %+v, seen %+v, told %+v", named, seen, told)
	}
	look := func() adapters.Sight {
		s, err := caps.Lookup.Look(t.Context(), named[0].Ref)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	if s := look(); !s.Exists || s.Text != named[0].Text || s.Author.ID != "20002" || !s.Edited.IsZero() {
		t.Errorf("heard %q, seen %+v", named[0].Text, s)
	}
	if err := board.Edit(pid, "没事了"); err != nil {
		t.Fatal(err)
	}
	if s := look(); !s.Exists || s.Text != "求助\n没事了" || s.Edited.IsZero() {
		t.Errorf("edited: %+v", s)
	}
	if err := board.Delete(pid); err != nil {
		t.Fatal(err)
	}
	if s := look(); s.Exists {
		t.Errorf("deleted: %+v", s)
	}
}
