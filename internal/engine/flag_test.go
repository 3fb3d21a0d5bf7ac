package engine

import (
	"strings"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// flagger is an ability the engine only asks for its kinds.
type flagger struct{ adapters.Flagger }

func (flagger) FlagKinds() []adapters.FlagKind {
	return []adapters.FlagKind{adapters.FlagIllegal, adapters.FlagSpam}
}

// flagDesk is a desk with one clue, on an account that can flag.
func flagDesk(t *testing.T) (*desk, func(officer string, fields map[string]string) bots.Result) {
	d := newDesk(t, deskOptions{bots: []bots.Bot{intakeBot(), patrolBot()}, flag: flagger{}})
	d.until("the account's abilities are known", func() bool { return len(one[bots.Account](d).Flags) == 2 })
	d.posts("author", "200", "招刷单，先垫付后返利")
	d.settle()
	return d, func(officer string, fields map[string]string) bots.Result {
		t.Helper()
		return d.decides(officer, bots.FlagPost, one[bots.Clue](d), fields, "")
	}
}

// flags are the drafts of flags.
func (d *desk) flags() (all []*bots.Draft) {
	for _, r := range d.all(bots.KindDraft, "") {
		if f := r.(*bots.Draft); f.Purpose == bots.ForFlag {
			all = append(all, f)
		}
	}
	return all
}

// ends makes a send end, as the outbox tells it.
func (d *desk) ends(draft *bots.Draft, state string) {
	d.t.Helper()
	d.update(func(tx record.Tx) error {
		i, err := record.Load[record.Item](tx, draft.Item)
		if err != nil {
			return err
		}
		i.State, i.Due = state, time.Time{}
		return tx.Put(i)
	})
	e := &bots.Event{Key: draft.Item + "|1|" + state, Kind: bots.SendEnded, V: 1, Occurred: time.Now(), Account: draft.Account,
		Body: &bots.Outcome{Item: draft.Item, Draft: draft.ID, State: state, Purpose: draft.Purpose}}
	e.Stream, e.Subject = draft.Stream, draft.Subject
	if _, err := d.Accept(d.t.Context(), []*bots.Event{e}); err != nil {
		d.t.Fatal(err)
	}
	d.settle()
}

func TestAFlagIsAskedForApprovedAndShowsOnItsClue(t *testing.T) {
	d, ask := flagDesk(t)
	clue := one[bots.Clue](d)
	if r := ask("chen", map[string]string{"kind": "spam"}); r.Status != bots.Applied {
		t.Fatalf("%+v", r)
	}
	f := d.flags()[0]
	want := bots.Draft{Channel: adapters.Moderators, Parent: clue.Post, Flag: adapters.FlagSpam, Evidence: clue.Evidence, PostText: clue.Text, Template: "flag", Author: "chen"}
	if f.Channel != want.Channel || f.Parent != want.Parent || f.Flag != want.Flag || f.Evidence != want.Evidence || f.PostText != want.PostText || f.Template != want.Template || f.Author != want.Author || f.Stream != clue.Stream {
		t.Errorf("%+v", f)
	}
	if r := ask("lin", map[string]string{"kind": "illegal"}); r.Code != "flagged" {
		t.Errorf("asked for twice: %+v", r)
	}
	if r := d.decides("chen", bots.Approve, f, nil, ""); r.Status != bots.Applied {
		t.Fatalf("approved by who asked, in the words of the template: %+v", r)
	}
	d.ends(d.flags()[0], record.ItemDelivered)
	if c := one[bots.Clue](d); c.State != bots.ClueFlagged {
		t.Errorf("the clue is %s", c.State)
	}
}

func TestAFlagThatDidNotArriveMayBeAskedForAgain(t *testing.T) {
	d, ask := flagDesk(t)
	if r := ask("chen", map[string]string{"kind": "spam"}); r.Status != bots.Applied {
		t.Fatalf("%+v", r)
	}
	if r := d.decides("lin", bots.Approve, d.flags()[0], nil, ""); r.Status != bots.Applied {
		t.Fatalf("%+v", r)
	}
	d.ends(d.flags()[0], record.ItemRejected)
	if c := one[bots.Clue](d); c.State != bots.ClueOpen {
		t.Errorf("the clue is %s", c.State)
	}
	if r := ask("chen", map[string]string{"kind": "illegal"}); r.Status != bots.Applied {
		t.Errorf("%+v", r)
	}
}

func TestPromise2_OwnWordsInAFlagNeedASecondPerson(t *testing.T) {
	d, ask := flagDesk(t)
	if r := ask("chen", map[string]string{"kind": "spam", "note": "同一账号一天发了二十多个同样的帖子"}); r.Status != bots.Applied {
		t.Fatalf("%+v", r)
	}
	f := d.flags()[0]
	if !strings.Contains(f.Text, "二十多个") {
		t.Errorf("the note is not in %q", f.Text)
	}
	if r := d.decides("chen", bots.Approve, f, nil, ""); r.Code != "two-people" {
		t.Errorf("approved by who wrote it: %+v", r)
	}
	if r := d.decides("lin", bots.Approve, f, nil, ""); r.Status != bots.Applied {
		t.Errorf("approved by a second person: %+v", r)
	}
}

func TestPromise15_AFlagGivesNoReporterAway(t *testing.T) {
	d, ask := flagDesk(t)
	d.says("p", "1", "我昨晚在这个帖子下面被一个叫阿华的人骗了三万块")
	d.settle()
	for note, want := range map[string]string{
		"有人说昨晚在这个帖子下面被一个叫阿华的人骗了": "reporters-words",
		"举报时间21:05": "exact-time",
		"已有1名群众举报":  "few-people",
	} {
		if r := ask("chen", map[string]string{"kind": "spam", "note": note}); r.Code != want {
			t.Errorf("%s: %+v, want %q", note, r, want)
		}
	}
	if r := ask("chen", map[string]string{"kind": "spam"}); r.Status != bots.Applied {
		t.Fatalf("%+v", r)
	}
	f := d.flags()[0]
	if r := d.decides("lin", bots.Edit, f, map[string]string{"text": f.Text + "举报时间21:05"}, ""); r.Code != "exact-time" {
		t.Errorf("edited: %+v", r)
	}
}

func TestAClueIsNotDismissedWhileAFlagOfItsPostIsOnItsWay(t *testing.T) {
	d, ask := flagDesk(t)
	for _, r := range d.all(bots.KindDraft, "") {
		if w := r.(*bots.Draft); d.decides("chen", bots.Reject, w, nil, "普通招聘").Status != bots.Applied {
			t.Fatal("the warning could not be rejected")
		}
	}
	if r := ask("chen", map[string]string{"kind": "spam"}); r.Status != bots.Applied {
		t.Fatalf("%+v", r)
	}
	if r := d.decides("chen", bots.DismissClue, one[bots.Clue](d), nil, "普通招聘"); r.Code != "warning-awaits" {
		t.Errorf("%+v", r)
	}
	if r := d.decides("lin", bots.Reject, d.flags()[0], nil, "内容属实"); r.Status != bots.Applied {
		t.Fatalf("%+v", r)
	}
	if r := d.decides("chen", bots.DismissClue, one[bots.Clue](d), nil, "普通招聘"); r.Status != bots.Applied {
		t.Errorf("%+v", r)
	}
}
