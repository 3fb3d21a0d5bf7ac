package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/internal/web/api"
)

func TestAnEditedDraftNeedsAnotherOfficer(t *testing.T) {
	s := newSite(t)
	s.Posts("weibo", "ahua", "1001", scam)
	d := s.Draft(bots.ForWarning, bots.DraftAwaiting)
	lin, chen, ctx := s.as("lin"), s.as("chen"), t.Context()
	_, err := lin.Edit(ctx, d.ID, d.Version, " ")
	if e := refused(t, err, http.StatusUnprocessableEntity, "invalid"); e.Field != "text" {
		t.Errorf("field %q", e.Field)
	}
	_, err = lin.Edit(ctx, d.ID, d.Version, "换个说法")
	refused(t, err, http.StatusConflict, "code")
	text := strings.Replace(d.Text, "刷单", "“刷单”", 1)
	if text == d.Text {
		t.Fatalf("nothing to edit in %q", d.Text)
	}
	_, err = lin.Edit(ctx, d.ID, d.Version+1, text)
	refused(t, err, http.StatusConflict, "changed")
	if _, err := lin.Edit(ctx, d.ID, d.Version, text); err != nil {
		t.Fatal(err)
	}
	m, err := chen.Draft(ctx, d.ID)
	if err != nil || m.Draft.Text != text || m.Draft.Seal == d.Seal {
		t.Fatalf("%+v, %v", m.Draft, err)
	}
	_, err = lin.Approve(ctx, d.ID, m.Draft.Version)
	refused(t, err, http.StatusConflict, "two-people")
	if _, err := chen.Approve(ctx, d.ID, m.Draft.Version); err != nil {
		t.Error(err)
	}
}

func TestConversationsAreListed(t *testing.T) {
	s := newSite(t)
	s.Says("weibo", "xiaoli", "2001", "我被骗了三万块，怎么办")
	page, err := s.as("chen").Conversations(t.Context(), api.Paging{State: api.Any})
	if err != nil || len(page.Records) != 1 || page.Records[0].Person.Handle != "xiaoli" {
		t.Errorf("%+v, %v", page, err)
	}
	_, err = s.as("zhou").Conversations(t.Context(), api.Paging{})
	refused(t, err, http.StatusForbidden, "role")
}

func TestCluesAndWarningsAreReadFromListToRecord(t *testing.T) {
	s := newSite(t)
	s.Posts("weibo", "ahua", "1001", scam)
	c, ctx := s.as("lin"), t.Context()
	warnings, err := c.Warnings(ctx, api.Paging{State: api.Any})
	if err != nil || len(warnings.Records) != 1 {
		t.Fatalf("%+v, %v", warnings, err)
	}
	w, err := c.Warning(ctx, warnings.Records[0].ID)
	if err != nil || w.State != bots.WarningProposed || w.Why == "" {
		t.Fatalf("%+v, %v", w, err)
	}
	clue, err := c.Clue(ctx, w.Clue)
	if err != nil || clue.Text != scam || clue.Author.Handle != "ahua" {
		t.Errorf("%+v, %v", clue, err)
	}
	clues, err := c.Clues(ctx, api.Paging{State: api.Any})
	if err != nil || len(clues.Records) != 1 || clues.Records[0].ID != clue.ID {
		t.Errorf("%+v, %v", clues, err)
	}
	_, err = c.Warning(ctx, "none")
	refused(t, err, http.StatusNotFound, "not-found")
	_, err = c.Clue(ctx, "none")
	refused(t, err, http.StatusNotFound, "not-found")
}

// appealed is a warning that lin approved, and that its reader objects to.
func appealed(s *site) *bots.Warning {
	s.Posts("weibo", "ahua", "1001", scam)
	s.Says("weibo", "ahua", "2001", "我只是转发别人的兼职信息")
	w := s.All(bots.KindWarning, "")[0].(*bots.Warning)
	w.State, w.Officer, w.SentAt = bots.WarningAppealed, "lin", time.Now()
	s.Put(w)
	return w
}

func TestAnAppealIsDecidedByAnotherOfficer(t *testing.T) {
	s := newSite(t)
	w := appealed(s)
	lin, chen, ctx := s.as("lin"), s.as("chen"), t.Context()
	_, err := chen.DecideAppeal(ctx, w.ID, "ignored", "看过了")
	if e := refused(t, err, http.StatusUnprocessableEntity, "invalid"); e.Field != "as" {
		t.Errorf("field %q", e.Field)
	}
	_, err = chen.DecideAppeal(ctx, w.ID, "upheld", " ")
	if e := refused(t, err, http.StatusUnprocessableEntity, "invalid"); e.Field != "reason" {
		t.Errorf("field %q", e.Field)
	}
	_, err = lin.DecideAppeal(ctx, w.ID, "withdrawn", "是误会")
	refused(t, err, http.StatusConflict, "two-people")
	if _, err := chen.DecideAppeal(ctx, w.ID, "withdrawn", "是误会"); err != nil {
		t.Fatal(err)
	}
	if got, err := chen.Warning(ctx, w.ID); err != nil || got.State != bots.WarningWithdrawn {
		t.Errorf("%+v, %v", got, err)
	}
}

// sends puts sends in the states an officer decides on.
func sends(s *site, states ...string) {
	for _, state := range states {
		i := &record.Item{Purpose: bots.ForReceipt, Expires: time.Now().Add(time.Hour)}
		i.Head = bots.Head{ID: state, State: state, Stream: "weibo/private", Created: time.Now()}
		s.Put(i)
	}
}

func TestADueSendIsHeldAndAnUnknownOneSettled(t *testing.T) {
	s := newSite(t)
	sends(s, record.ItemDue, record.ItemUnknown, record.ItemRejected)
	c, ctx := s.as("chen"), t.Context()
	if _, err := c.Hold(ctx, record.ItemDue); err != nil {
		t.Error(err)
	}
	if i, err := c.Item(ctx, record.ItemDue); err != nil || i.State != record.ItemHeld || !strings.Contains(i.Why, "chen") {
		t.Errorf("%+v, %v", i, err)
	}
	_, err := c.Hold(ctx, record.ItemRejected)
	refused(t, err, http.StatusConflict, "not-due")
	_, err = c.Settle(ctx, record.ItemRejected, record.ItemDelivered)
	refused(t, err, http.StatusConflict, "not-unknown")
	if _, err := c.Settle(ctx, record.ItemUnknown, record.ItemClosed); err != nil {
		t.Error(err)
	}
	if i, err := c.Item(ctx, record.ItemUnknown); err != nil || i.State != record.ItemClosed {
		t.Errorf("%+v, %v", i, err)
	}
	_, err = s.as("wu").Settle(ctx, record.ItemUnknown, record.ItemDue)
	refused(t, err, http.StatusConflict, "not-unknown")
}

func TestARefusedSignInSpeaksOfWhatWasShown(t *testing.T) {
	s := newSite(t)
	c := api.NewClient(s.url, "")
	t.Cleanup(c.Close)
	for in, words := range map[api.LoginRequest]string{
		{Code: "nonsense"}:               "code",
		{Name: "lin", Password: "wrong"}: "password",
	} {
		_, err := c.Login(t.Context(), in)
		if e := refused(t, err, http.StatusUnauthorized, "denied"); !strings.Contains(e.Message, words) {
			t.Errorf("%+v: %q", in, e.Message)
		}
	}
	stale := api.NewClient(s.url, "a token of yesterday")
	t.Cleanup(stale.Close)
	_, err := stale.Whoami(t.Context())
	if e := refused(t, err, http.StatusUnauthorized, "denied"); strings.Contains(e.Message, "password") {
		t.Errorf("a token is called a password: %q", e.Message)
	}
}
