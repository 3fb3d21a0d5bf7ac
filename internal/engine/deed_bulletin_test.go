package engine

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/bots/bulletin"
	"netpatrol/internal/record"
)

// colleagues: chen sees previews of wb.
func colleagues(officer, account string) (adapters.Person, bool) {
	return adapters.Person{ID: "openid-of-chen"}, officer == "chen" && account == "wb"
}

func written(t *testing.T, o deskOptions, fields map[string]string) (*desk, bots.Result) {
	t.Helper()
	o.colleagues = colleagues
	d := newDesk(t, o)
	f := map[string]string{"title": "警情通报", "text": "近期刷单诈骗高发。", "accounts": "wb"}
	for k, v := range fields {
		f[k] = v
	}
	return d, d.decides("wu", bots.WriteBulletin, nil, f, "")
}

func TestAPreviewIsASendOfItsOwnAndPublishesNothing(t *testing.T) {
	d, _ := written(t, deskOptions{}, nil)
	original := one[bots.Draft](d)
	if r := d.decides("wu", bots.PreviewDraft, original, map[string]string{"to": "chen"}, ""); r.Status != bots.Applied {
		t.Fatalf("%+v", r)
	}
	it := one[record.Item](d)
	if it.Purpose != bots.ForPreview || it.Channel != adapters.Preview || it.To.ID != "openid-of-chen" || it.Text != original.Text || it.Title != original.Title || it.Code != original.Code {
		t.Errorf("%+v", it)
	}
	a := one[record.Approval](d)
	if a.Officer != "wu" || a.Standing != "" || !it.Intact(a) {
		t.Errorf("approval %+v", a)
	}
	b := one[bots.Bulletin](d)
	if b.State != bots.BulletinDrafted || len(b.Previews) != 1 || len(b.Signs) != 0 || len(b.Drafts) != 1 {
		t.Errorf("bulletin %+v", b)
	}
	if again, err := record.Fetch[bots.Draft](context.Background(), d.store, original.ID); err != nil || again.State != bots.DraftAwaiting {
		t.Errorf("the bulletin itself still waits: %+v, %v", again, err)
	}
}

func TestPromise1_APreviewGoesToOurOwnPeopleOnly(t *testing.T) {
	d, _ := written(t, deskOptions{}, nil)
	draft := one[bots.Draft](d)
	d.update(func(tx record.Tx) error {
		return tx.Put(&record.Officer{Head: bots.Head{ID: "gone", State: "left"}, Roles: []record.Role{record.Duty}})
	})
	for to, code := range map[string]string{"lin": "no-preview-id", "gone": "colleague", "somebody": "not-found", "": "not-found"} {
		if r := d.decides("wu", bots.PreviewDraft, draft, map[string]string{"to": to}, ""); r.Code != code {
			t.Errorf("to %q: %+v, want %s", to, r, code)
		}
	}
	if n := len(d.all(record.KindItem, "")); n != 0 {
		t.Errorf("%d sends came of it", n)
	}
}

func TestWhatCannotBePreviewed(t *testing.T) {
	none := &Account{Record: bots.Account{Head: bots.Head{ID: "blog"}, Unit: "测试网警"}, Open: func() adapters.Account { return nil }}
	d0 := newDesk(t, deskOptions{more: []*Account{none}})
	d0.update(func(tx record.Tx) error {
		a, err := record.Load[bots.Account](tx, "blog")
		if err != nil {
			return err
		}
		a.State = string(bots.Live)
		return tx.Put(a)
	})
	d0.decides("wu", bots.WriteBulletin, nil, map[string]string{"title": "警情通报", "text": "近期刷单诈骗高发。", "accounts": "blog"}, "")
	if r := d0.decides("wu", bots.PreviewDraft, one[bots.Draft](d0), map[string]string{"to": "chen"}, ""); r.Code != "cannot-preview" {
		t.Errorf("on an account that shows none: %+v", r)
	}
	d, _ := written(t, deskOptions{mode: bots.Observe}, nil)
	if r := d.decides("wu", bots.PreviewDraft, one[bots.Draft](d), map[string]string{"to": "chen"}, ""); r.Code != "preview-late" && r.Code != "observe" {
		t.Errorf("on an account that only observes: %+v", r)
	}
	d, _ = written(t, deskOptions{}, nil)
	d.decides("lin", bots.Approve, one[bots.Draft](d), nil, "")
	if r := d.decides("wu", bots.PreviewDraft, one[bots.Draft](d), map[string]string{"to": "chen"}, ""); r.Code != "preview-late" {
		t.Errorf("once it has left: %+v", r)
	}
}

func TestWhoWroteAndWhoApprovedStandOnTheBulletin(t *testing.T) {
	d, _ := written(t, deskOptions{}, nil)
	d.decides("lin", bots.Approve, one[bots.Draft](d), nil, "")
	b, a := one[bots.Bulletin](d), one[record.Approval](d)
	if b.Author != "wu" || len(b.Signs) != 1 || b.Signs[0].Officer != "lin" || b.Signs[0].Account != "wb" || b.Signs[0].Seal != a.Seal || b.Signs[0].At.IsZero() {
		t.Errorf("%s, %+v", b.Author, b.Signs)
	}
}

func pulling(fields ...string) map[string]string {
	f := map[string]string{"account": "wb", "ref": "draft:HAND", "hash": "h1", "title": "本周提示", "text": "测试网警提醒：不要垫付。"}
	for i := 0; i < len(fields); i += 2 {
		f[fields[i]] = fields[i+1]
	}
	return f
}

func TestPromise2_WhoPulledAConsoleDraftDoesNotApproveIt(t *testing.T) {
	d := newDesk(t, deskOptions{})
	if r := d.decides("wu", bots.PullDraft, nil, pulling(), ""); r.Status != bots.Applied {
		t.Fatalf("%+v", r)
	}
	draft, b := one[bots.Draft](d), one[bots.Bulletin](d)
	if b.Author != "console:wb" || draft.Author != b.Author || draft.Text != "测试网警提醒：不要垫付。" || draft.Extras.Source != "draft:HAND" || draft.Extras.SourceHash != "h1" || draft.Seal != record.Seal(draft) {
		t.Errorf("%+v of %+v", draft, b)
	}
	if r := d.decides("wu", bots.Approve, draft, nil, ""); r.Code != "two-people" {
		t.Errorf("%+v", r)
	}
	if r := d.decides("lin", bots.Edit, draft, map[string]string{"text": draft.Text + draft.Code}, ""); r.Code != "console-draft" {
		t.Errorf("it is sent as it is, so nobody edits it here: %+v", r)
	}
	if r := d.decides("lin", bots.Approve, draft, nil, ""); r.Status != bots.Applied {
		t.Errorf("%+v", r)
	}
	if it := one[record.Item](d); it.Extras.Source != "draft:HAND" || it.Text != draft.Text {
		t.Errorf("%+v", it)
	}
}

func TestWhatIsNotPulled(t *testing.T) {
	d := newDesk(t, deskOptions{})
	for name, c := range map[string]struct {
		by     string
		fields map[string]string
		code   string
	}{
		"by who writes no bulletins": {"chen", pulling(), "role"},
		"without its hash":           {"wu", pulling("hash", ""), "empty"},
		"of no account of ours":      {"wu", pulling("account", "xx"), "not-found"},
		"for a slot there is not":    {"wu", pulling("schedule", "nightly"), "schedule"},
	} {
		if r := d.decides(c.by, bots.PullDraft, nil, c.fields, ""); r.Code != c.code {
			t.Errorf("%s: %+v, want %s", name, r, c.code)
		}
	}
}

func TestPromise7_APulledDraftSaysWhoSpeaks(t *testing.T) {
	d := newDesk(t, deskOptions{})
	if r := d.decides("wu", bots.PullDraft, nil, pulling("text", "不要垫付。"), ""); r.Code != "identity" {
		t.Errorf("%+v", r)
	}
}

func TestPictures(t *testing.T) {
	digest := strings.Repeat("a", 64)
	picture := func(name, kind string, size int) adapters.Picture {
		return adapters.Picture{Name: name, Type: kind, Size: size, Digest: digest}
	}
	for name, c := range map[string]struct {
		extras adapters.Extras
		text   string
		code   string
	}{
		"shown and attached":       {adapters.Extras{Pictures: []adapters.Picture{picture("a.png", "image/png", 10)}}, "看 ![图](a.png)", ""},
		"shown, not attached":      {adapters.Extras{}, "看 ![图](a.png)", "picture-missing"},
		"attached, not shown":      {adapters.Extras{Pictures: []adapters.Picture{picture("a.png", "image/png", 10)}}, "看", "picture-unused"},
		"a cover not attached":     {adapters.Extras{Cover: "c.jpg"}, "看", "picture-missing"},
		"a digest that is none":    {adapters.Extras{Pictures: []adapters.Picture{{Name: "a.png", Type: "image/png", Digest: "x"}}}, "![图](a.png)", "picture-unused"},
		"two of one name":          {adapters.Extras{Pictures: []adapters.Picture{picture("a.png", "image/png", 10), picture("a.png", "image/png", 10)}}, "![图](a.png)", "picture-unused"},
		"too large for an account": {adapters.Extras{Pictures: []adapters.Picture{picture("a.png", "image/png", 2000)}}, "![图](a.png)", "pictures"},
		"a kind it shows not":      {adapters.Extras{Pictures: []adapters.Picture{picture("a.gif", "image/gif", 10)}}, "![图](a.gif)", "pictures"},
	} {
		raw, err := json.Marshal(c.extras)
		if err != nil {
			t.Fatal(err)
		}
		d, r := written(t, deskOptions{}, map[string]string{"text": c.text, "extras": string(raw)})
		if r.Code != c.code {
			t.Errorf("%s: %+v, want %q", name, r, c.code)
		}
		if c.code == "" && len(one[bots.Draft](d).Extras.Pictures) != 1 {
			t.Errorf("%s: the draft has lost its picture", name)
		}
	}
	if _, r := written(t, deskOptions{}, map[string]string{"extras": `{"source":"draft:X","sourceHash":"y"}`}); r.Status != bots.Applied {
		t.Errorf("%+v", r)
	}
}

func TestOnlyAPulledDraftHasASource(t *testing.T) {
	d, _ := written(t, deskOptions{}, map[string]string{"extras": `{"source":"draft:X","sourceHash":"y","quiet":true}`})
	if x := one[bots.Draft](d).Extras; x.Source != "" || x.SourceHash != "" || !x.Quiet {
		t.Errorf("%+v", x)
	}
}

// accepted puts a send before the desk that the platform has accepted.
func (d *desk) accepted(ref adapters.Ref) *record.Item {
	it := &record.Item{Account: "wb", Channel: adapters.Public, Purpose: bots.ForBulletin, Receipt: adapters.Receipt{Ref: ref, Pending: true}}
	it.Head = bots.Head{ID: "i1", Stream: record.Lane("wb", adapters.Public, bots.ForBulletin), State: record.ItemAccepted, Due: time.Now().Add(time.Hour)}
	d.update(func(tx record.Tx) error { return tx.Put(it) })
	return it
}

func TestTheEndOfASendIsLookedAtWhenThePlatformTellsIt(t *testing.T) {
	d := newDesk(t, deskOptions{})
	d.accepted("mass:1")
	if err := d.Receive(context.Background(), "wb", []adapters.Inbound{{Key: "1.0", Kind: adapters.KindOutcome, Ref: "mass:7", URL: "http://mp/7", Spent: adapters.Public}}); err != nil {
		t.Fatal(err)
	}
	if it := one[record.Item](d); it.Due.After(time.Now()) || !strings.Contains(it.Hint, "http://mp/7") {
		t.Errorf("a send of somebody's may be that of our draft: due %v, hint %q", it.Due, it.Hint)
	}
	for _, in := range []adapters.Inbound{
		{Key: "1.a", Kind: adapters.KindOutcome, Ref: "mass:2"}, // not ours, and went well
		{Key: "1.b", Kind: adapters.KindOutcome, Ref: "mass:1", Text: "err(20008)，涉嫌欺诈"},
	} {
		if err := d.Receive(context.Background(), "wb", []adapters.Inbound{in}); err != nil {
			t.Fatal(err)
		}
	}
	if it := one[record.Item](d); it.Due.After(time.Now()) || it.State != record.ItemAccepted || !strings.Contains(it.Hint, "20008") {
		t.Errorf("due %v, %s, hint %q", it.Due, it.State, it.Hint)
	}
	if n := len(d.all(record.KindAlarm, "")); n != 0 {
		t.Errorf("%d alarms: what came of it is still to be asked", n)
	}
}

func TestAForeignSendThatFailedIsSaidOnce(t *testing.T) {
	d := newDesk(t, deskOptions{})
	for _, key := range []string{"1.a", "1.b"} {
		in := adapters.Inbound{Key: key, Kind: adapters.KindOutcome, Ref: "mass:9", Text: "err(20008)，涉嫌欺诈"}
		if err := d.Receive(context.Background(), "wb", []adapters.Inbound{in}); err != nil {
			t.Fatal(err)
		}
	}
	if a := one[record.Alarm](d); a.State != record.AlarmOpen || !strings.Contains(a.Why, "20008") || a.About.ID != "wb" {
		t.Errorf("%+v", a)
	}
}

// counter counts one reader more every time it is asked.
type counter struct {
	mu   sync.Mutex
	refs []adapters.Ref
}

func (c *counter) Figures(_ context.Context, refs []adapters.Ref) ([]adapters.Figure, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.refs = append(c.refs, refs...)
	return []adapters.Figure{{Ref: refs[0], Name: "reads", Value: int64(len(c.refs))}}, nil
}

func TestFiguresAreReadDayByDayAcrossRestarts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir, count := t.TempDir(), &counter{}
		o := deskOptions{dir: dir, bots: []bots.Bot{bulletin.New()}, measure: count}
		d, _ := written(t, o, nil)
		d.decides("lin", bots.Approve, one[bots.Draft](d), nil, "")
		it := one[record.Item](d)
		out := &bots.Event{Key: "out", Kind: bots.SendEnded, V: 1, Account: "wb", Body: &bots.Outcome{
			Item: it.ID, Draft: it.Draft, State: record.ItemDelivered, Purpose: it.Purpose, Receipt: adapters.Receipt{Ref: "mass:1"},
		}}
		out.Stream, out.State = it.Conversation, bots.EventPending
		if _, err := d.Accept(context.Background(), []*bots.Event{out}); err != nil {
			t.Fatal(err)
		}
		for range 4 {
			<-time.After(60 * time.Hour)
			synctest.Wait()
			d.close()
			d = newDesk(t, o)
		}
		<-time.After(time.Hour)
		synctest.Wait()
		post, whole := map[string]bool{}, map[string]bool{}
		for _, r := range one[bots.Bulletin](d).Readings {
			if r.Figures["reads"] == 0 || r.Account != "wb" {
				t.Errorf("%+v", r)
			}
			if r.Whole {
				whole[r.Day] = true
			} else {
				post[r.Day] = true
			}
		}
		if len(post) != 7 || len(whole) != 7 || len(count.refs) != 14 {
			t.Errorf("%d days of the post, %d of the account, asked %d times: %v", len(post), len(whole), len(count.refs), count.refs)
		}
		if n := len(d.all(record.KindErrand, "")); n != 0 {
			t.Errorf("%d errands are left after a week", n)
		}
	})
}
